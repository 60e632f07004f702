"""Planners' own files become one neutral record, and the record becomes a plan in minutes.

    opening     read_planner       a file by whichever reader knows it
                gather_planner     the file as what the files of a plan say
    record      PlannerFile        what every reader gives: projects, calendars, tasks, links, assignments, resources
    xer         read_xer           Primavera's tables of text
    pmxml       read_pmxml         Primavera's XML
    p6_rows     projects_of        what Primavera's rows mean, in whichever of its formats
    mspdi       read_mspdi         Microsoft Project's XML
    mpp         read_mpp           what MPXJ reads, by a child process
    elements    read_elements      elements of XML with their lines and bytes, one record at a time
    neutral     encoded, decoded   the record as JSON and back
    cells       PlannerCells       cells as minutes, moments and numbers, with every fault kept until all are known
    translate   translated         the record as a plan, and what could not be said in one
    tally       Tally              what was found, translated and told: the three must meet

Nothing is imported here: whoever reads one format pays for that one.
"""
