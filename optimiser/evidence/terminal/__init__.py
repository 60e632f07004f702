"""What a person sees: tables and bars of text, plain or coloured, at the width of the terminal."""
