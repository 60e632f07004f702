"""Earliest dates: bounds without a solver first, then CP-SAT, then the certificate."""

from optimiser.solve.answer import asked_for, earliest

__all__ = ["asked_for", "earliest"]
