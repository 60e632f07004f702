"""What-if answers: the changes with old and new values, dates before and after, and the reason where a date stays."""

from optimiser.whatif.answer import dated_ranges, ranges_of, what_if

__all__ = ["dated_ranges", "ranges_of", "what_if"]
