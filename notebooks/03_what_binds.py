# %% [markdown]
# # 3. What binds
#
# What holds a date, by how much, and what would take over if it gave way.

# %%
from optimiser import earliest, explain, load, why_not

plan = load("mhhs-round2")
report = explain(plan, "M10")
report.to_frame()[["rule", "binding", "drop_gain_wd", "unit_gain_wd", "headroom"]].head(8)

# %% [markdown]
# ## What another answer would move
#
# Each open question, answered otherwise, alone.

# %%
for line in report.reading_lines:
    print(
        f"{line.reading}={line.option}: {line.delta_wd:+d} wd"
        if line.delta_wd is not None
        else f"{line.reading}={line.option}: no date"
    )

# %% [markdown]
# ## Why not by the original date?
#
# The conflict that keeps M10 from September 2024, and how near everything that may move brings it.

# %%
answer = why_not(plan, "M10", by="2024-09-30")
print(answer.verdict, "missing", answer.missing_wd, "wd")
print([member.id for member in answer.conflict.members])
if answer.nearest:
    print("nearest:", answer.nearest.date, "still missing", answer.nearest.missing_wd, "wd")

# %% [markdown]
# ## A contradiction
#
# Read literally, one dependency cannot be met at all while integration testing keeps its published start.

# %%
literal = load("mhhs-round2", scenarios=["mp162-literal"], settings={"m9-latest": "2024-02-07"})
print(earliest(literal).conflict.statement)

# %% [markdown]
# ## What to take from it
#
# The first rows of the table are the only ones worth a negotiation about this milestone: everything with headroom can worsen by
# that much and nothing happens. And a conflict is no opinion: leave out any one member of it and the rest can hold, keep all of
# them and nothing can.
