"""The only date arithmetic: dates to boundaries of a plan's axis and back, in working days or in minutes of the clock."""

from optimiser.clock.bounding import Fixed, Through
from optimiser.clock.chosen import clock_of
from optimiser.clock.days import BEFORE, Boundaries, Clock, Convention, Side, add_months
from optimiser.clock.minutes import MinuteClock
from optimiser.clock.rising import Elapsed, Inverse, Rising, Worked
from optimiser.clock.worked import WorkedTime

__all__ = [
    "BEFORE",
    "Boundaries",
    "Clock",
    "Convention",
    "Elapsed",
    "Fixed",
    "Inverse",
    "MinuteClock",
    "Rising",
    "Side",
    "Through",
    "Worked",
    "WorkedTime",
    "add_months",
    "clock_of",
]
