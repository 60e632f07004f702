"""Planners' own files become one neutral record, and the record becomes a plan.

    record      PlannerFile        what every reader gives: projects, calendars, tasks, links, assignments, resources

Nothing is imported here: whoever reads one format pays for that one.
"""
