"""The vocabulary: frozen records that a plan, a schedule and a result are made of. No solver, no files, no tables."""
