"""The program, as ``python -m optimiser`` runs it."""

from optimiser.cli.__main__ import run

run()
