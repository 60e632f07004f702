"""What is shown and kept of an answer: text, documents, tables and pictures, each with what it stands on."""
