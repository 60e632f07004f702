"""A planner's table becomes what the files of a plan say.

    beside      BesideTable        what is said beside the table
    plan        gather_table       the table as a plan, every entry at its cell
    draft       draft_of           rows as items and links
    held        add_dates          dates, deadlines, capacities, the end of the plan
    calendar    days_of            worked days, days off, how far the work may reach

Nothing is imported here: whoever reads a plan of files does not pay for tables.
"""
