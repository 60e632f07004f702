"""The witness that needs no solver: longest paths, exact, with the reason for every value."""

from optimiser.critical.backward import floats, free_floats, latest_times, reaches
from optimiser.critical.batch import Batch
from optimiser.critical.bounds import CapacityBound, Overload, capacity_bound, overload_on_axis
from optimiser.critical.chain import certificate, driving_items, minimal_core, proved_core
from optimiser.critical.columns import Columns
from optimiser.critical.combinations import Combined, Factors, combined
from optimiser.critical.compile import RULE_COMPILERS, compile_network
from optimiser.critical.deciding import Decisive
from optimiser.critical.evaluated import Evaluated, evaluate
from optimiser.critical.forward import Earliest, Event, Trouble, earliest_times
from optimiser.critical.leeway import Leeway, Worsening
from optimiser.critical.levelling import Levelling, Resource, list_schedule, resources
from optimiser.critical.network import Network
from optimiser.critical.part import cut, part_of
from optimiser.critical.placing import best_schedule
from optimiser.critical.slack import Link, latest_positions, lengthened, unsure

__all__ = [
    "RULE_COMPILERS",
    "Batch",
    "CapacityBound",
    "Columns",
    "Combined",
    "Decisive",
    "Earliest",
    "Evaluated",
    "Event",
    "Factors",
    "Leeway",
    "Levelling",
    "Link",
    "Network",
    "Overload",
    "Resource",
    "Trouble",
    "Worsening",
    "best_schedule",
    "capacity_bound",
    "certificate",
    "combined",
    "compile_network",
    "cut",
    "driving_items",
    "earliest_times",
    "evaluate",
    "floats",
    "free_floats",
    "latest_positions",
    "latest_times",
    "lengthened",
    "list_schedule",
    "minimal_core",
    "overload_on_axis",
    "part_of",
    "proved_core",
    "reaches",
    "resources",
    "unsure",
]
