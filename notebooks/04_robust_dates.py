# %% [markdown]
# # 4. Robust dates
#
# The date that holds in eight samples of ten, what drives it, and how much rests on choices that no evidence settles.

# %%
from optimiser import load, robust

plan = load("mhhs-round2")
outcome = robust(plan, confidence=0.8, seed=7, samples=2048, folder="mhhs-round2")
for milestone in outcome.milestones:
    print(
        f"{milestone.id}: earliest {milestone.deterministic}, with 80 % {milestone.date} ({milestone.contingency_wd} wd later)"
    )

# %% [markdown]
# ## All together
#
# Three dates that each hold with 80 % do not hold together with 80 %.

# %%
print(f"together: {outcome.joint.probability:.0%}")

# %% [markdown]
# ## What drives M14

# %%
for chance in outcome.chances[:5]:
    print(f"{chance.title}: closing it buys {chance.bought_wd['M14']} wd ({chance.basis})")

# %% [markdown]
# ## What the shape of the ranges alone is worth

# %%
for milestone in outcome.milestones:
    print(milestone.id, "triangular", milestone.sensitivity.triangular, "PERT", milestone.sensitivity.pert)

# %% [markdown]
# ## What to take from it
#
# The distance between the earliest and the robust date is contingency, and it belongs to the causes at the top of the list, in
# sight, not inside durations. Almost every range here is a judgement: where two shapes of the same ranges part by weeks, a date
# given to the day promises more than anybody knows.
