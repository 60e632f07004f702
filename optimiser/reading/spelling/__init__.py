"""What planners write in the cells of a table: lengths, dates, predecessors and constraints, in English, German, French and Spanish.

Each is read from its text alone, without a plan. What can be read in two ways is refused with both readings, never guessed.
"""

from optimiser.reading.spelling.days import AmbiguousDateError, DateOrder, WrittenDate, read_date
from optimiser.reading.spelling.lengths import LengthUnit, WrittenLength, is_nothing, plain_text, read_length
from optimiser.reading.spelling.links import WrittenLink, known_ids, read_constraint, read_links

__all__ = [
    "AmbiguousDateError",
    "DateOrder",
    "LengthUnit",
    "WrittenDate",
    "WrittenLength",
    "WrittenLink",
    "is_nothing",
    "known_ids",
    "plain_text",
    "read_constraint",
    "read_date",
    "read_length",
    "read_links",
]
