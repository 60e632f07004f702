"""What moved between two updates of a plan, divided among what happened and what was changed."""

from optimiser.moved.answer import moved_words, what_moved

__all__ = ["moved_words", "what_moved"]
