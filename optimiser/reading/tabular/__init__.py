"""A planner's table: columns found by their headers, rows read into lengths, dates and predecessors, every fault at its cell."""

from optimiser.reading.tabular.headers import PLANNER_COLUMNS, PlannerColumn, find_columns
from optimiser.reading.tabular.planner_table import DayOff, PlannerTable, read_days_off, read_planner_table
from optimiser.reading.tabular.progress_table import RISK_SHEET, UPDATE_SHEET, ProgressRow, ProgressTable, read_progress_table
from optimiser.reading.tabular.rows import PlannerRow, plain_day

__all__ = [
    "PLANNER_COLUMNS",
    "RISK_SHEET",
    "UPDATE_SHEET",
    "DayOff",
    "PlannerColumn",
    "PlannerRow",
    "PlannerTable",
    "ProgressRow",
    "ProgressTable",
    "find_columns",
    "plain_day",
    "read_days_off",
    "read_planner_table",
    "read_progress_table",
]
