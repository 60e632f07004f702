# %% [markdown]
# # 2. Earliest dates
#
# The earliest date of each milestone, with its proof, what it stands on, and how far it moves with the open questions.

# %%
from optimiser import check, earliest, load

plan = load("mhhs-round2")
outcome = earliest(plan, ["M10", "M14", "M16"])
for milestone in outcome.milestones:
    span = milestone.span
    last = "beyond the calendar" if span.beyond else span.last.date
    print(f"{milestone.id}: {milestone.date} ({milestone.proof}), over the readings {span.first.date} to {last}")

# %% [markdown]
# ## A second judge
#
# The schedule behind the dates is judged by the meaning of every rule, by code that knows nothing of how it was found.

# %%
print(check(plan, outcome.schedule))

# %% [markdown]
# ## The argument that a day earlier is impossible
#
# Each line follows from a line before it by one rule. It can be redone by hand.

# %%
certificate = next(entry for entry in outcome.certificates if entry.milestone == "M10")
for step in certificate.steps:
    print(step.statement)

# %% [markdown]
# ## On the real calendar
#
# The published lengths count bank holidays as working days. On the calendar of England and Wales the same lengths end later.

# %%
holidays = earliest(load("mhhs-round2", scenarios=["bank-holidays"]))
for name, date in outcome.dates.items():
    print(name, date, "->", holidays.dates[name])

# %% [markdown]
# ## What to take from it
#
# *Certified* says that the arithmetic is right, twice over. It does not say that the links are: that is what the span over the
# readings is for, and it is wide. A date quoted without its span and without what it stands on is half a sentence.
