"""Planners' own files become one neutral record, and the record becomes a plan.

    record      PlannerFile        what every reader gives: projects, calendars, tasks, links, assignments, resources
    xer         read_xer           Primavera's tables of text
    mspdi       read_mspdi         Microsoft Project's XML
    elements    read_elements      elements of XML with their lines and bytes, one record at a time
    neutral     encoded, decoded   the record as JSON and back
    cells       PlannerCells       cells as minutes, moments and numbers, with every fault kept until all are known

Nothing is imported here: whoever reads one format pays for that one.
"""
