"""The answer of `robust`."""

from __future__ import annotations

from typing import Literal

from models.commitment import DeadlineChance, Joint, Judgements, PlanClaim, RobustDate
from models.decision import Against, Decision, PolicyDates
from models.effects import ActivityEffect, AdversaryStep, ChanceEffect, ClaimsResult, ReadingDates
from models.record import Date, Identifier, Many, Record, Text
from models.worth import EvidenceOrder, Mitigation

__all__ = ["RobustOutcome"]


class RobustOutcome(Record):
    """Robust dates, with everything that has to be printed beside them."""

    status: Literal["robust"] = "robust"
    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    """The answers that the dates stand on."""
    reading_mode: Literal["chosen", "weighted", "side-by-side"]
    weighted: Many[Identifier]
    """Readings that were drawn with their probabilities."""
    register_title: Text | None
    register_sha256: Text | None
    judgements: Judgements | None = None
    """None where there is no register."""
    confidence: float
    seed: int
    samples: int
    """On which every figure stands; the combinations, where all were evaluated."""
    exact: bool
    """Whether every combination of what is uncertain was evaluated with its probability, and nothing drawn."""
    replicates: int
    stopped: Text
    """Why no more samples were drawn."""
    milestones: Many[RobustDate]
    deadlines: Many[DeadlineChance] = ()
    plan_claims: Many[PlanClaim] = ()
    """What the plan claims of the work otherwise than the register."""
    joint: Joint
    chances: Many[ChanceEffect]
    activities: Many[ActivityEffect]
    adversary: dict[Identifier, Many[AdversaryStep]]
    side_by_side: Many[ReadingDates] = ()
    claims: ClaimsResult | None = None
    against: Against | None = None
    decision: Decision | None = None
    policies: Many[PolicyDates] = ()
    """Where parties queue: the dates under each way of serving them."""
    compared: int
    """Samples on which cases were compared: as many as the dates stand on."""
    infeasible: int
    """Samples in which a milestone waits for what will not come, or nobody found a place in a queue."""
    unplaced: int
    """Samples that the capacity policy found no place for."""
    policy: Text | None
    """How capacity is allotted, where the plan has any."""
    notes: Many[Text] = ()
    version: Text
    inputs_sha256: Text
    mitigation: Mitigation | None = None
    """What could be done about risks; None where nothing is known that could."""
    evidence: EvidenceOrder | None = None
    """What to get evidence for first; None where that was not asked."""

    @property
    def dates(self) -> dict[str, Date | None]:
        """Milestone to its robust date."""
        return {milestone.id: milestone.date for milestone in self.milestones}
