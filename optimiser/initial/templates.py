"""Templates that `init` writes: how to read each file, and entries to uncomment.

Names in angle brackets are filled in from the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = [
    "GRID_HEAD",
    "KEPT_HEAD",
    "PLAN_HEAD",
    "PLAN_LISTS",
    "README",
    "REGISTER",
    "RULES",
    "RULES_HEAD",
    "SCENARIO",
    "filled",
]


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return a template with its names filled in."""
    for name, value in names.items():
        text = text.replace(f"<{name}>", value)
    return text


PLAN_HEAD: Final = """\
# Made by 'optimiser init' from source/<table>. What comes from a row of the table cites that row.
# Beside this file: activities.csv, milestones.csv, dependencies.csv, assumptions.csv, baselines.csv (open them in any
# spreadsheet), rules.yaml (dates, capacities, boards), risk/, scenarios/, grids/. 'optimiser schema plan' lets an editor
# complete all of them.
"""

PLAN_LISTS: Final = {
    "phases": "# Groups of rows, in the order in which a reader expects them.\n",
    "calendars": (
        "# Who works when. Days off are pinned: another list is another calendar. A date outside 'covers' is an error.\n"
    ),
    "sources": "# Where numbers come from.\n",
}

RULES_HEAD: Final = """\
# What can delay something besides links, which stand in dependencies.csv. Each rule has an authority: regulatory,
# contractual, external, or planning, which is meant where none is said.
"""

RULES: Final = """
# Templates. Take away the '#' in front and put in your own names; where it says 'rules: []' above, delete the ' []' first.
#
# Approval by a board that sits once a month: <second name> waits for the first sitting five working days after
# <first name>.
#  - id: board
#    kind: gate
#    title: The board approves <first name>
#    before: <first>
#    after: <second>
#    board: {pattern: {on: third thu}}
#    notice: 5 wd
#    authority: external
#    basis: judgement
#
# Something that happens only on certain days.
#  - id: delivery-days
#    kind: release
#    title: A delivery day for <second name>
#    at: <second>
#    occasions: {days: [<year>-03-02, <year>-09-01]}
#    basis: judgement
#
# A laboratory of two slots. (A column 'Resource' with a sheet 'Resources', or --capacity, makes these from the table.)
#  - id: laboratory-slots
#    kind: capacity
#    title: The laboratory has two slots
#    amount: 2
#    demands: [{item: <first>, amount: 1}, {item: <second>, amount: 1}]
#    basis: judgement
#
# Nothing happens in these weeks. (Where work merely pauses, use 'blackouts' of the calendar in plan.yaml.)
#  - id: freeze
#    kind: blackout
#    title: No change over the end of the year
#    items: [<second>]
#    windows: [{first: <year>-12-15, last: <year>-12-31}]
#    basis: judgement
#
# A date that somebody else gives, and a last date that must hold. (A deadline that may be missed belongs in baselines.csv.)
#  - {id: permit, kind: not-before, title: The permit, at: <first start>, date: <year>-03-01, authority: regulatory, basis: judgement}
#  - {id: latest, kind: not-after, title: Must be done by, at: <last>, date: <year>-12-15, authority: contractual, basis: judgement}
"""

REGISTER: Final = """\
# What may come otherwise than planned; 'optimiser robust .' draws from it. Ranges of the table's columns low and high are in
# assumptions.csv and count without being repeated here. 'optimiser schema register' describes every key.
schema: optimiser/risk/1
id: <plan>
title: Ranges and risks
plan: <plan>
judged_by: whoever wrote the table
judged_on: experience with work of the kind

# Templates. Take away the '#' in front.
#risks:
#  - id: supplier-late
#    title: The supplier of <first name> is late
#    probability: 0.2
#    impacts: [{on: <first>, low: 5 wd, likely: 10 wd, high: 30 wd}]
#    basis: judgement
#
# One cause that lengthens several things at once, by one factor.
#drivers:
#  - {id: new-team, title: The team is new to this, touches: [<first>, <second>], low: 0 %, likely: +10 %, high: +40 %, basis: judgement}
#
# A range of what has none in the table.
#ranges:
#  - {id: <first name>-length, of: <first>, low: 5 wd, likely: <length>, high: +50 %, basis: judgement}
"""

SCENARIO: Final = """\
# A what-if: 'optimiser solve . -s what-if' begins with each date before and after. As it stands it changes nothing.
schema: optimiser/scenario/2
id: what-if
title: Another way to do it
note: A place for a question that is worth keeping.
stands_on: {basis: judgement, note: a question}

# Templates. Take away the '#' in front.
#values: {<changed>: <length>}           # another length; of a range in assumptions.csv, under 'assumptions:' by its name
#rules: {RULE: false}                    # a rule or a link that does not hold
#buffer: {<first>: true}                 # contingency, and no work
#add:                                    # ids are new to the plan
#  activities: [{id: REVIEW-2, title: A review, duration: 5 wd}]
#  rules:
#    - {id: review-2-after, kind: dependency, title: Review what there is, before: <first>, after: REVIEW-2}
#    - {id: review-2-before, kind: dependency, title: Go on when reviewed, before: REVIEW-2, after: <second>}
"""

KEPT_HEAD: Final = """\
# Every deadline of the table as a date that must hold: 'optimiser solve . -s deadlines-kept' exits with 3 where they cannot
# all hold, and names what stands against them.
schema: optimiser/scenario/2
id: deadlines-kept
title: All deadlines hold
note: A deadline of the table is a target; here it is a latest date.
stands_on: {basis: document, citation: "table: deadlines"}
add:
  rules:
"""

GRID_HEAD: Final = """\
# Every combination of these: 'optimiser batch run grids/lengths.yaml -o RUN', then 'optimiser batch report RUN'.
schema: optimiser/grid/1
id: lengths
title: Shortest, planned and longest
plan: ..
axes:
"""

README: Final = """\
# <title>

Made by `optimiser init` from `source/<table>`. In this folder:

| what you want to know | type |
|--|--|
| when at the earliest, and what it hangs on | `optimiser solve .` |
| what in the plan looks wrong | `optimiser lint .` |
| what each length and link is worth | `optimiser explain . -m <target>` |
| how to be done by a date | `optimiser why-not . -m <target> --by DATE` |
| what if something takes longer | `optimiser solve . --set <changed>=+5wd` |
| which date to commit to | `optimiser robust . --confidence 0.8` |
| something to show | `optimiser evidence . -o PACK` |

To change the plan, edit the files here; to begin again, change the table and run `optimiser init` into another folder.
`rules.yaml`, `risk/register.yaml` and `scenarios/what-if.yaml` hold templates for boards, laboratories, deliveries, deadlines,
risks and what-ifs.
"""
