"""A stored outcome, checked again without a solver: the schedule, the argument that nothing earlier is possible, the dates.

The schedule is judged by the meaning of every rule. The argument is a list of lines, each following from lines before it by
one rule; each step is computed anew. Where capacity binds, the bound is an interval that more work must lie in than fits:
the earliest starts before it (head path), the work inside it, the way from its end to the milestone (tail path).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.findings import Certificate, CertificateStep
from models.items import Milestone
from models.outcome import Infeasible, MilestoneDate, Solved, Undecided
from models.plan import Plan, Settings
from models.rules import Point
from models.verification import CheckedClaim, Verification
from optimiser.check import check
from optimiser.clock import clock_of
from optimiser.critical import (
    CapacityBound,
    Earliest,
    Network,
    capacity_bound,
    compile_network,
    earliest_times,
    latest_times,
    resources,
)
from optimiser.critical.chain import statement
from optimiser.critical.network import FACT_PREFIX
from optimiser.explain.figures import with_figures
from optimiser.explain.stored import SOLVE_SCHEMA, inputs_stored, outcome_of, outcome_plan, plan_of, read
from optimiser.inputs import differences, inputs_of
from optimiser.solve.fingerprint import plan_sha256
from optimiser.wording import plain_date, point_name

__all__ = ["FINGERPRINT", "SOLVE_SCHEMA", "capacity_argument", "outcome_plan", "verify_outcome"]

FINGERPRINT: Final = "it was computed from the plan at hand"
"""The claim that the plan has the hash that an outcome names."""


def verify_outcome(source: str | Path | Mapping[str, Any], plan: Plan | None = None, *, figures: bool = True) -> Verification:
    """Check a stored outcome again, without a solver.

    Parameters
    ----------
    source
        The document that ``solve`` wrote, or the path of its file.
    plan
        The plan it answers for; loaded by the name and scenarios that the document gives where None.
    figures
        Whether every figure that needs no solver is worked out again too: spans, floats, evidence, bindings and distances.

    Returns
    -------
    Verification
        Every claim with what was found; `Verification.holds` says whether all hold.

    Raises
    ------
    InputError
        If there is no such file, or it is no document of ``solve``; or its plan cannot be loaded.
    StoredResultError
        If the document's outcome is not even well formed.
    """
    document, where = read(source)
    outcome = outcome_of(document, where)
    held = plan if plan is not None else plan_of(document, outcome)
    if isinstance(outcome, Solved):
        found = _Solution(document, outcome, held).verification()
        return with_figures(found, document, outcome, held) if figures else found
    checks = [_fingerprint(outcome, held), _status(document, outcome), *_told(document, outcome, held)]
    if isinstance(outcome, Infeasible):
        argument, more = _contradiction(outcome, held)
        found = _record(outcome, [*checks, *more], argument, {})
    else:
        found = _record(outcome, checks, [f"undecided: no date is claimed, only bounds {_bounds(outcome)}"], {})
    return with_figures(found, document, outcome, held) if figures else found


def _bounds(outcome: Undecided) -> str:
    return ", ".join(f"{name} not before {date}" for name, date in outcome.bounds.items()) or "on nothing"


def _record(
    outcome: Solved | Infeasible | Undecided,
    checks: Sequence[CheckedClaim],
    argument: Sequence[str],
    proved: Mapping[str, bool],
) -> Verification:
    return Verification(
        plan=outcome.plan,
        scenarios=outcome.scenarios,
        status=outcome.status,
        checks=tuple(checks),
        argument=tuple(argument),
        without_solver=dict(proved),
    )


# -- claims common to all ------------------------------------------------------------------------------------------------


def _fingerprint(outcome: Solved | Infeasible | Undecided, plan: Plan) -> CheckedClaim:
    found = plan_sha256(plan)
    same = found == outcome.run.inputs_sha256
    said = f"inputs {found[:12]}"
    if not same:
        said += f", the outcome was computed from {outcome.run.inputs_sha256[:12]}; maybe repeat its --set, --reading, --release or -s, or name its plan with --plan"
    return CheckedClaim(claim=FINGERPRINT, holds=same, found=said)


def _status(document: Mapping[str, Any], outcome: Solved | Infeasible | Undecided) -> CheckedClaim:
    same = document.get("status") == outcome.status and document.get("plan") == outcome.plan
    return CheckedClaim(
        claim="the document says what its outcome says",
        holds=same,
        found=f"status {document.get('status')}, outcome {outcome.status}",
    )


def _told(document: Mapping[str, Any], outcome: Solved | Infeasible | Undecided, plan: Plan) -> Iterator[CheckedClaim]:
    """Check what a document says of the plan's inputs, and of its dates with the changes; an older one says neither."""
    stored = inputs_stored(document, None)
    if stored is not None:
        wrong = [change.name for change in differences(inputs_of(plan), stored)]
        wrong += [] if stored.settings == plan.settings else ["settings"]
        plain = plan.settings == Settings() and stored.written_sha256 is not None
        wrong += ["the plan's files as written"] if plain and stored.written_sha256 != plan_sha256(plan) else []
        found = f"not as it says: {', '.join(wrong[:5])}" if wrong else f"{len(stored.stated)} values and rules"
        yield CheckedClaim(claim="the plan sets what the document says", holds=not wrong, found=found)
    changed = document.get("what_if")
    if changed is not None:
        dates = {name: str(date) for name, date in outcome.dates.items()} if isinstance(outcome, Solved) else {}
        said = changed.get("dates") if isinstance(changed, Mapping) else None
        same = isinstance(said, list) and all(
            isinstance(entry, Mapping) and entry.get("after") == dates.get(str(entry.get("milestone"))) for entry in said
        )
        found = "those before the changes are not computed again here" if same else "they are not those of the outcome"
        yield CheckedClaim(claim="the dates after the changes are the outcome's", holds=same, found=found)


def _contradiction(outcome: Infeasible, plan: Plan) -> tuple[list[str], list[CheckedClaim]]:
    """Check a conflict: its members cannot all hold, and leave out any one, the rest can."""
    network = compile_network(plan)
    members = [member.id for member in outcome.conflict.members]
    unknown = [name for name in members if name not in network.enabled]
    if unknown:
        return [], [CheckedClaim(claim="the conflict is of this plan", holds=False, found=f"unknown: {', '.join(unknown)}")]
    lines = [f"{place}. {member.statement}" for place, member in enumerate(outcome.conflict.members, 1)]
    lines.append(f"These cannot all hold: {outcome.conflict.statement}")

    def contradicts(held: Sequence[str]) -> bool:
        return earliest_times(network, off=set(network.enabled) - set(held)).status == "infeasible"

    if not contradicts(members):
        rationed = any(plan.rules_by_id[name].kind == "capacity" for name in members if name in plan.rules_by_id)
        said = "capacity takes part, so the contradiction rests on CP-SAT" if rationed else "these can all hold"
        return lines, [CheckedClaim(claim="the conflict's members cannot all hold", holds=rationed, found=said)]
    checks = [
        CheckedClaim(claim="the conflict's members cannot all hold", holds=True, found="a longest path, without a solver")
    ]
    if outcome.conflict.minimal:
        spare = [name for name in members if contradicts([each for each in members if each != name])]
        found = f"not needed: {', '.join(spare)}" if spare else "each is needed"
        checks.append(CheckedClaim(claim="the conflict is minimal", holds=not spare, found=found))
    return lines, checks


# -- a solution ----------------------------------------------------------------------------------------------------------


class _Solution:
    """The claims of a solved outcome."""

    def __init__(self, document: Mapping[str, Any], outcome: Solved, plan: Plan) -> None:
        self.document = document
        self.outcome = outcome
        self.plan = plan
        self.clock = clock_of(plan)
        self.network = compile_network(plan, self.clock)
        self.argument: list[str] = []
        self.proved: dict[str, bool] = {}

    def verification(self) -> Verification:
        """Return every claim checked."""
        checks = [_fingerprint(self.outcome, self.plan), _status(self.document, self.outcome)]
        checks += [*_told(self.document, self.outcome, self.plan), self._schedule(), self._document(), self._rows()]
        certificates = {each.milestone: each for each in self.outcome.certificates}
        for entry in self.outcome.milestones:
            checks += self._milestone(entry, certificates.get(entry.id))
        return _record(self.outcome, checks, self.argument, self.proved)

    def _schedule(self) -> CheckedClaim:
        """The schedule breaks no rule, and lies on this plan's axis."""
        schedule = self.outcome.schedule
        broken = check(self.plan, schedule, self.clock)
        found = (
            "; ".join(f"{each.rule}: {each.message}" for each in broken[:3])
            or f"{len(schedule.positions)} items, no rule broken"
        )
        return CheckedClaim(claim="the schedule meets every rule", holds=not broken, found=found)

    def _document(self) -> CheckedClaim:
        """Claim that the figures shown in the document are those of its outcome."""
        shown = self.document.get("milestones", {})
        wrong = [
            entry.id
            for entry in self.outcome.milestones
            if not isinstance(shown.get(entry.id), Mapping)
            or (shown[entry.id].get("date"), shown[entry.id].get("bound"), shown[entry.id].get("proof"))
            != (entry.date.isoformat(), entry.bound.isoformat(), entry.proof)
        ]
        rows = [(row.id, row.start.isoformat(), row.finish.isoformat(), row.working_days) for row in self.outcome.rows]
        said = [
            (row.get("id"), row.get("start"), row.get("finish"), row.get("working_days"))
            for row in self.document.get("schedule", ())
        ]
        wrong += [] if rows == said else ["schedule"]
        found = f"differs: {', '.join(wrong)}" if wrong else "dates, bounds and rows agree"
        return CheckedClaim(claim="the document shows what its outcome holds", holds=not wrong, found=found)

    def _rows(self) -> CheckedClaim:
        """The rows shown are the schedule's."""
        wrong = []
        for row in self.outcome.rows:
            position = self.outcome.schedule.by_id.get(row.id)
            item = self.plan.items.get(row.id)
            if position is None or item is None or not 0 < position.start <= position.finish < self.clock.size:
                wrong.append(row.id)
                continue
            start, finish = ("opens", "closes") if not isinstance(item, Milestone) else (item.shown, item.shown)
            shown = self.clock.show(position.start, start), self.clock.show(position.finish, finish)  # type: ignore[arg-type]
            if (row.start, row.finish) != shown:
                wrong.append(row.id)
        found = f"another date than its place: {', '.join(wrong[:5])}" if wrong else f"{len(self.outcome.rows)} rows"
        return CheckedClaim(claim="every row shows its place in the schedule", holds=not wrong, found=found)

    def _milestone(self, entry: MilestoneDate, certificate: Certificate | None) -> Iterator[CheckedClaim]:
        """One milestone's date, and that nothing earlier is possible."""
        plan, clock = self.plan, self.clock
        if entry.id not in plan.items or not clock.origin <= entry.boundary <= clock.limit:
            claim = f"{entry.id} is a milestone of the plan"
            yield CheckedClaim(claim=claim, holds=False, found="it is not, or is off the axis")
            return
        convention = plan.convention(Point(entry.id, "start"))
        shown = clock.show(entry.boundary, convention)
        place = self.outcome.schedule.by_id[entry.id].start if entry.id in self.outcome.schedule.by_id else -1
        later = (
            entry.lexicographic is not None and 0 < place < clock.size and clock.show(place, convention) == entry.lexicographic
        )
        reached = shown == entry.date and (place == entry.boundary or later)
        found = (
            f"the schedule has it at {plain_date(clock.show(place, convention))}"
            if 0 < place < clock.size
            else "not in the schedule"
        )
        yield CheckedClaim(claim=f"{entry.id} is at {plain_date(entry.date)}", holds=reached, found=found)
        bound, steps = self._certified(certificate, entry.id)
        yield from steps
        if self.network.uses_capacity:
            bound = max(bound, self._capacity(entry))
        self.proved[entry.id] = bool(bound == entry.boundary == place)
        found = f"without a solver, not before {plain_date(clock.show(min(bound, clock.size - 1), convention)) if bound > 0 else 'nothing'}"
        claim = f"{entry.id} cannot be before {plain_date(entry.bound)}"
        if entry.proof == "certified":
            holds = bound == entry.boundary == entry.bound_boundary and entry.bound == entry.date
            yield CheckedClaim(claim=claim, holds=holds, found=found)
        else:
            shown = clock.show(entry.bound_boundary, convention)
            holds = bound <= entry.bound_boundary <= entry.boundary and shown == entry.bound
            yield CheckedClaim(claim=f"{claim}, by CP-SAT", holds=holds, found=f"{found}; the rest is CP-SAT's word")

    def _certified(self, certificate: Certificate | None, milestone: str) -> tuple[int, list[CheckedClaim]]:
        """Check every line of an argument; return the boundary that it proves."""
        claim = f"the argument for {milestone} holds line by line"
        if certificate is None or not certificate.steps:
            return -1, [CheckedClaim(claim=claim, holds=False, found="there is none")]
        self.argument.append(f"{milestone} cannot be earlier:")
        for place, step in enumerate(certificate.steps):
            reason = self._unfounded(certificate.steps, place)
            since = f" (from {', '.join(str(each + 1) for each in step.after)})" if step.after else ""
            self.argument.append(f"{place + 1}. {step.statement}{since}")
            if not reason and step.statement != (said := self._statement(certificate.steps, place)):
                reason = f"it says '{step.statement}', expected '{said}'"
            if reason:
                return -1, [CheckedClaim(claim=claim, holds=False, found=f"line {place + 1}: {reason}")]
        last = certificate.steps[-1]
        if last.point != milestone:
            return -1, [CheckedClaim(claim=claim, holds=False, found=f"its last line is about {last.point}")]
        return last.boundary, [CheckedClaim(claim=claim, holds=True, found=f"{len(certificate.steps)} lines")]

    def _unfounded(self, steps: Sequence[CertificateStep], place: int) -> str | None:
        """Return why a line does not follow, None where it does."""
        step, network, clock = steps[place], self.network, self.clock
        point = Point.parse(step.point)
        node = network.nodes.get((point.item, point.end or "start"))
        if node is None or any(not 0 <= each < place for each in step.after):
            return f"it speaks of {step.point}, or follows from lines that do not come before it"
        if (
            not 0 <= step.boundary < clock.size
            or clock.show(step.boundary, self.plan.convention(network.points[node])) != step.date
        ):
            return f"boundary {step.boundary} is not shown as {step.date}"
        if step.rule is not None and step.rule not in network.enabled:
            return f"the plan has no rule '{step.rule}'"
        if self._compelled(steps, place):
            return None
        if step.rule is None:
            return "nothing holds it there"
        return f"'{step.rule}' does not give {plain_date(step.date)}"

    def _compelled(self, steps: Sequence[CertificateStep], place: int) -> bool:
        """Say whether the rule of a line, or of none the facts of its item, compel its boundary from earlier lines."""
        step, network = steps[place], self.network
        # Of work in minutes that is put off or has begun several nodes stand for one point.
        nodes = self._alike(step)
        if step.rule is None and any(step.boundary <= network.base[each] for each in nodes):
            return True
        before = [(each, steps[line].boundary) for line in step.after for each in self._alike(steps[line])]
        facts = {arc.rule for arc in network.arcs if arc.rule.startswith(FACT_PREFIX)} if step.rule is None else {step.rule}
        return any(
            reached >= step.boundary for rule in facts for each in nodes for reached in _reached(network, rule, each, before)
        )

    def _statement(self, steps: Sequence[CertificateStep], place: int) -> str:
        """Return the statement of a certificate line that holds."""
        step = steps[place]
        known = {self._node(steps[each]): steps[each].boundary for each in step.after}
        return statement(self.network, self._node(step), step.boundary, step.rule, known)

    def _node(self, step: CertificateStep) -> int:
        point = Point.parse(step.point)
        return self.network.nodes.get((point.item, point.end or "start"), -1)

    def _alike(self, step: CertificateStep) -> tuple[int, ...]:
        """Return every node that stands for the point of a line, the shown one first."""
        shown = self._node(step)
        point = self.network.points[shown] if shown >= 0 else None
        return (shown, *(node for node, other in enumerate(self.network.points) if other == point and node != shown))

    def _capacity(self, entry: MilestoneDate) -> int:
        """Return the boundary that capacity proves for a milestone, with the argument in words."""
        earliest = earliest_times(self.network)
        if earliest.status != "feasible":
            return -1
        bound = capacity_bound(earliest, resources(self.plan, self.clock), entry.id, entry.boundary)
        self.argument += capacity_argument(earliest, bound, entry.id)
        return bound.boundary


def _reached(network: Network, rule: str, node: int, before: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield the boundaries that a rule compels of a node from earlier lines."""
    on = network.enabled[rule]
    if on:
        for floor in network.floors:
            if floor.rule == rule and floor.node == node and floor.boundary is not None:
                yield floor.boundary
    for arc in network.arcs:
        counted = all(network.enabled[switch] for switch in arc.switches)
        if arc.rule != rule or arc.target != node or not (on or rule in arc.switches):
            continue
        amount = arc.amount if counted else 0
        yield from (arc.family.at(boundary, amount) for source, boundary in before if source == arc.source)
    for quorum in network.quorums:
        if quorum.rule != rule or quorum.target != node or not on:
            continue
        known = dict(before)
        yield quorum.reach([known.get(source) for source in quorum.sources])[0]


def capacity_argument(earliest: Earliest, bound: CapacityBound, milestone: str) -> list[str]:
    """Return in words why capacity keeps a milestone from being one boundary earlier: head path, interval, tail path."""
    if bound.overload is None:
        return []
    network = earliest.network
    plan, clock, overload = network.plan, network.clock, bound.overload
    convention = plan.convention(Point(milestone, "start"))
    tried = clock.show(bound.boundary - 1, convention)
    late = latest_times(network, {network.nodes[milestone, "start"]: bound.boundary - 1})
    first, last = clock.show(overload.begin, "opens"), clock.show(max(overload.end, 1), "closes")
    lines = [
        f"{milestone} not before {plain_date(clock.show(bound.boundary, convention))}, for capacity {overload.rule}. Suppose {plain_date(tried)}:"
    ]
    for item in overload.activities:
        start, finish = network.item_nodes(item)
        head = earliest.chain(earliest.last[start])
        way = " → ".join(dict.fromkeys(point_name(plan, network.points[earliest.events[each].node]) for each in head))
        opens, closes = clock.show(earliest.values[start], "opens"), clock.show(max(late[finish], 1), "closes")
        lines.append(f"   {item} lies between {plain_date(opens)} (head: {way}) and {plain_date(closes)} (tail to {milestone})")
    unit = "working days times capacity" if overload.reason == "energy" else "activities in whole rounds"
    lines.append(
        f"   from {plain_date(first)} to {plain_date(last)} they need {overload.need} and there is room for {overload.offer} ({unit}): too much"
    )
    return lines
