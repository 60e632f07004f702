"""The move between two updates of a plan, divided among its causes."""

from optimiser.moved.answer import what_moved
from optimiser.moved.shares import moved_words

__all__ = ["moved_words", "what_moved"]
