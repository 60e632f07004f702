"""What an answer was changed by, from what to what, each date before and after, and why a date stays where it is."""

from optimiser.whatif.answer import dated_ranges, ranges_of, what_if

__all__ = ["dated_ranges", "ranges_of", "what_if"]
