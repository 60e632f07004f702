# %% [markdown]
# # 1. Reading the plan
#
# The plan is a folder of text. Every number in it says where it comes from. This page looks at what was read.

# %%
from collections import Counter

from optimiser import load
from optimiser.lint import lint, read_published

plan = load("mhhs-round2")
print(plan.title, "as known on", plan.as_of)
print(len(plan.activities), "activities,", len(plan.milestones), "milestones,", len(plan.rules), "rules")

# %% [markdown]
# ## What a number stands on
#
# An assumption carries its value, its range, its owner, and its place in a source.

# %%
for assumption in plan.assumptions[5:9]:
    print(f"{assumption.id}: {assumption.value} | {assumption.basis} | {'; '.join(map(str, assumption.citation))}")

# %% [markdown]
# ## What the source does not say
#
# Links are inferred, because no predecessors were printed. Some quantities are given nowhere, and some questions are open.

# %%
print(Counter(rule.basis for rule in plan.active_rules()))
for unknown in plan.unknowns[:3]:
    print("unknown:", unknown.title, "=", unknown.value)
for reading in plan.readings[:3]:
    print("open:", reading.question, "->", plan.choice(reading))

# %% [markdown]
# ## What the papers say against themselves
#
# The checks compute; nothing they find is written down anywhere.

# %%
report = lint(plan, read_published("mhhs-round2", plan))
print(report.counts())
for finding in report.findings[:4]:
    print(f"[{finding.severity}] {finding.what}")

# %% [markdown]
# ## What to take from it
#
# Before anybody argues about a date, argue about this page: a link that is inferred is an opinion with a confidence, an unknown
# stands at the value that delays nothing, and an open question has been answered in one way of several. The findings above are
# what to ask the authors of the plan about, the gravest first; `optimiser lint` prints all of them with their effect in days.
