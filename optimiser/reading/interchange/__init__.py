"""Planners' own files become one neutral record, and the record becomes a plan.

    record      PlannerFile        what every reader gives: projects, calendars, tasks, links, assignments, resources
    xer         read_xer           Primavera's tables of text
    cells       PlannerCells       cells as minutes, moments and numbers, with every fault kept until all are known

Nothing is imported here: whoever reads one format pays for that one.
"""
