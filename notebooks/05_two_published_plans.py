# %% [markdown]
# # 5. The two published plans
#
# PoaP 1 comes from a project file, PoaP 2 is a faster challenge given by month. The same logic, two sets of assumptions.

# %%
from optimiser import attribute, compare, earliest, implied, load

first, second = (load("mhhs-round2", scenarios=[name]) for name in ("poap1", "poap2"))
dates = {"PoaP 1": earliest(first).dates, "PoaP 2": earliest(second).dates}
for name, found in dates.items():
    print(name, {milestone: date.isoformat() for milestone, date in found.items()})

# %% [markdown]
# ## The ledger of gaps
#
# Before any model: what each gap between published milestones adds, and what each month rests on.

# %%
ledger = attribute(first, "TT", to_baseline="PoaP-1-page").ledgers[0]
for gap in ledger.gaps:
    if gap.growth:
        print(f"{gap.before or 'calendar'} -> {gap.after}: {gap.growth:+d} months, {dict(gap.labels)}")

# %% [markdown]
# ## What moved first

# %%
found = compare(earliest(first), earliest(second), (first, second), ("PoaP 1", "PoaP 2"))
for change in found.dates:
    print(change.milestone, change.before, "->", change.after)

# %% [markdown]
# ## What PoaP 2 implies
#
# The assumptions that would have to be moved for its months to follow from the logic, and the months that none explains.

# %%
answer = implied(second, "PoaP-2", free=["sit-mvc"])
print("explained:", ", ".join(answer.explained))
print("unexplained:", ", ".join(answer.unexplained))
for row in answer.rows:
    print("integration testing of the first cohort:", row.first, "to", row.last)

# %% [markdown]
# ## What to take from it
#
# Most of the distance between the two plans is not logic: the faster one starts earlier, shortens integration testing by an
# amount that its papers do not declare, and keeps gaps of the original timetable where the logic gives others. That values
# exist at which its months hold is no evidence that anybody assumed them. It is the question to ask.
