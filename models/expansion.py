"""From a Qualification to the items and rules of its parties: plan to plan, with nothing but rules of the usual kinds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.assumptions import Option, Reading
from models.duration import Duration, DurationTerm
from models.items import Activity, Milestone
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Sourced
from models.qualification import FOLLOW_ON, Body, Central, Environment, Family, Integration, Party, Qualification, Role, Wave
from models.record import Date
from models.rules import AtLeast, Capacity, Demand, Dependency, Equality, Gate, NotBefore, Occasions, Point, Release, Rule

__all__ = ["exchange", "expand", "last_test_of", "part_of", "test_of"]

_DAY = Duration(1, "wd")


def part_of(party: str, part: str) -> str:
    """Return the id of an item of a party: its ``READY``, ``TEST``, ``RETEST``, ``SIT``, ``EVIDENCE``, ``APPROVED``, ``LIVE``."""
    return f"{party}-{part}"


def test_of(party: Party) -> str:
    """Return the activity in which a party is tested."""
    return part_of(party.id, "SIT" if party.volunteers else "TEST")


def last_test_of(party: Party) -> str:
    """Return the activity with which a party's testing ends: its second test where it fails the first."""
    return part_of(party.id, "RETEST") if party.retest is not None and not party.volunteers else test_of(party)


def expand(plan: Plan) -> Plan:
    """Put the parties of a plan's Qualification into the plan, in the place of the bars that stood for them.

    Parameters
    ----------
    plan
        A plan with a sound Qualification. One whose parties are in already is returned as it is.

    Returns
    -------
    Plan
        With one item for every step of every party, rules of the usual kinds between them, the Qualification's own
        assumptions among the plan's, and what the parties stand in for switched off. The work of writing them out
        is linear in the number of parties.
    """
    qualification = plan.qualification
    if qualification is None or qualification.expanded:
        return plan
    parts = _Parts(plan, qualification)
    parts.build()
    off = {*qualification.replaces, *(_sit_bar(qualification))}
    return plan.evolve(
        qualification=qualification.model_copy(update={"expanded": True}),
        assumptions=(*plan.assumptions, *qualification.assumptions),
        activities=(*(_activity_off(activity, off) for activity in plan.activities), *parts.activities),
        milestones=(*plan.milestones, *parts.milestones),
        rules=(*(rule.model_copy(update={"enabled": False}) if rule.id in off else rule for rule in plan.rules), *parts.rules),
        readings=tuple(_with_approvals(reading, qualification, parts.approvals) for reading in plan.readings),
    )


def exchange(plan: Plan, qualification: Qualification) -> Plan:
    """Return an expanded plan with another Qualification in the place of its own.

    Values of assumptions, and switches of items and rules that both have, stay as they are.
    """
    old = plan.qualification
    assert old is not None
    assert old.expanded
    parts = _Parts(plan, old)
    parts.build()
    items = {entry.id for entry in (*parts.activities, *parts.milestones)}
    rules = {rule.id for rule in parts.rules}
    approvals = set(parts.approvals)
    own = {entry.id for entry in old.assumptions}
    values = {entry.id: entry for entry in plan.assumptions if entry.id in own}
    bare = plan.evolve(
        activities=tuple(entry for entry in plan.activities if entry.id not in items),
        milestones=tuple(entry for entry in plan.milestones if entry.id not in items),
        rules=tuple(rule for rule in plan.rules if rule.id not in rules),
        assumptions=tuple(entry for entry in plan.assumptions if entry.id not in own),
        readings=tuple(_without_approvals(reading, approvals) for reading in plan.readings),
        qualification=qualification.model_copy(
            update={
                "expanded": False,
                "assumptions": tuple(values.get(entry.id, entry) for entry in qualification.assumptions),
            }
        ),
    )
    switches = {rule.id: rule.enabled for rule in plan.rules if rule.id in rules}
    made = expand(bare)
    return made.evolve(
        rules=tuple(
            rule.model_copy(update={"enabled": switches[rule.id]})
            if switches.get(rule.id, rule.enabled) != rule.enabled
            else rule
            for rule in made.rules
        )
    )


def _activity_off(activity: Activity, off: set[str]) -> Activity:
    """Free the length of an activity that parties stand in for."""
    return activity.model_copy(update={"enabled": False}) if DURATION_PREFIX + activity.id in off else activity


def _sit_bar(qualification: Qualification) -> tuple[str, ...]:
    return (DURATION_PREFIX + qualification.integration.bar,) if qualification.integration else ()


def _with_approvals(reading: Reading, qualification: Qualification, approvals: Iterable[str]) -> Reading:
    """Let the reading that says what volunteers are spared switch their approvals too."""
    skipped = qualification.skipped_by
    if skipped is None or reading.id != skipped.reading:
        return reading

    def added(option: Option) -> Option:
        rules = {**option.changes.rules, **dict.fromkeys(approvals, option.id != skipped.nothing)}
        return option.model_copy(update={"changes": option.changes.model_copy(update={"rules": rules})})

    return reading.model_copy(update={"options": tuple(added(option) for option in reading.options)})


def _without_approvals(reading: Reading, approvals: set[str]) -> Reading:
    """Take the approvals of volunteers out of a reading again."""

    def stripped(option: Option) -> Option:
        rules = {name: on for name, on in option.changes.rules.items() if name not in approvals}
        return option.model_copy(update={"changes": option.changes.model_copy(update={"rules": rules})})

    return (
        reading.model_copy(update={"options": tuple(stripped(option) for option in reading.options)}) if approvals else reading
    )


@dataclass
class _Parts:
    """The items and rules of the parties of one Qualification."""

    plan: Plan
    qualification: Qualification
    activities: list[Activity] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)
    """Rules that the approval of volunteers consists of."""

    def build(self) -> None:
        """Write out everything."""
        qualification = self.qualification
        self.roles = {role.id: role for role in qualification.roles}
        self.bodies = {body.id: body for body in qualification.bodies}
        self.suppliers = [party for party in qualification.parties if self.roles[party.role].kind == "supplier"]
        self.approved_volunteers = self._approved_volunteers()
        for party in qualification.parties:
            self._party(party, self.roles[party.role])
        self._capacities()
        self._first_pairs()
        if qualification.waves:
            self._waves()
        if qualification.integration:
            self._integration(qualification.integration)

    def _approved_volunteers(self) -> bool:
        """Say whether volunteers need approval as the plan stands."""
        skipped = self.qualification.skipped_by
        reading = next((entry for entry in self.plan.readings if skipped and entry.id == skipped.reading), None)
        return reading is None or skipped is None or self.plan.choice(reading) != skipped.nothing

    # -- writing ------------------------------------------------------------------------------------------------------

    def _ground(self, family: Family, party: Sourced) -> dict[str, Any]:
        """Return the source and basis of a rule: its family's, or else its party's."""
        entry = self.qualification.grounds.get(family, party)
        return {name: getattr(entry, name) for name in Sourced.model_fields}

    def _milestone(self, party: Sourced, name: str, title: str, *, shown: str = "closes") -> None:
        self.milestones.append(
            Milestone(
                id=name,
                title=title,
                shown=shown,  # type: ignore[arg-type]
                phase=self.qualification.phase,
                **{key: getattr(party, key) for key in Sourced.model_fields},
            )
        )

    def _activity(self, party: Sourced, name: str, title: str, duration: DurationTerm) -> None:
        self.activities.append(
            Activity(
                id=name,
                title=title,
                duration=duration,
                phase=self.qualification.phase,
                **{key: getattr(party, key) for key in Sourced.model_fields},
            )
        )

    def _link(self, family: Family, party: Sourced, name: str, title: str, before: str, after: str, **more: Any) -> None:
        self.rules.append(
            Dependency(
                kind="dependency", id=name, title=title, before=before, after=after, **more, **self._ground(family, party)
            )
        )

    def _quorum(
        self, family: Family, party: Sourced, name: str, title: str, of: Iterable[str], count: int, after: Point
    ) -> None:
        points = tuple(Point(item) for item in of)
        self.rules.append(
            AtLeast(kind="at-least", id=name, title=title, of=points, count=count, after=after, **self._ground(family, party))
        )

    # -- parties ------------------------------------------------------------------------------------------------------

    def _party(self, party: Party, role: Role) -> None:
        """One party, from readiness to approval, and to going live."""
        name = party.id
        evidence, approved = part_of(name, "EVIDENCE"), part_of(name, "APPROVED")
        self._milestone(party, evidence, f"{party.title}: evidence complete")
        self._milestone(party, approved, f"{party.title}: approved")
        if party.volunteers:
            self._volunteer(party, evidence)
        else:
            self._tested(party, role, evidence)
        spared = party.volunteers and not self.approved_volunteers
        self._link("board", party, f"approved-{name}", f"{name} is approved on its evidence", evidence, approved)
        for body in (self.bodies[entry] for entry in role.approved_by):
            self._approval(party, body, evidence, approved, spared=spared)
        if role.kind == "supplier":
            self._supplier(party, approved)

    def _approval(self, party: Party, body: Body, evidence: str, approved: str, *, spared: bool) -> None:
        """The board of one body, or its word where it has none."""
        name = f"board-{body.id}-{party.id}"
        if party.volunteers:
            self.approvals.append(name)
        if body.board is None:
            title = f"{body.title} approves {party.id} on its evidence"
            self._link("board", party, name, title, evidence, approved, lag=body.notice, enabled=not spared)
            return
        self.rules.append(
            Gate(
                kind="gate",
                id=name,
                title=f"The board of {body.title} approves {party.id}",
                before=Point(evidence),
                after=Point(approved),
                board=body.board,
                notice=body.notice,
                enabled=not spared,
                **self._ground("board", party),
            )
        )

    def _tested(self, party: Party, role: Role, evidence: str) -> None:
        """A party outside integration testing: ready, tested, evidence complete."""
        qualification, name = self.qualification, party.id
        ready, test = part_of(name, "READY"), part_of(name, "TEST")
        self._milestone(party, ready, f"{party.title}: ready to enter (DBT1 evidence)", shown="opens")
        self._activity(party, test, f"{party.title}: Qualification testing", getattr(role.tests, party.reliance))
        bar = qualification.bar
        self._link("ready", party, f"ready-{name}", f"{name} has its DBT1 evidence", bar, ready, type="SS", lag=party.ready)
        if party.ready_on is not None:
            self.rules.append(
                NotBefore(
                    kind="not-before",
                    id=f"ready-on-{name}",
                    title=f"{name} is not ready before its day",
                    at=Point(ready),
                    date=party.ready_on,
                    **self._ground("ready", party),
                )
            )
        self._link("ready", party, f"enter-{name}", f"{name} enters once it is ready", ready, test, lag=qualification.sandbox)
        if party.relies_on is not None:
            leader = next(entry for entry in qualification.parties if entry.id == party.relies_on)
            done = part_of(leader.id, "EVIDENCE") if leader.volunteers else last_test_of(leader)
            self._link("reliance", party, f"relies-{name}", f"{name} relies on the testing of {leader.id}", done, test)
        last = last_test_of(party)
        if party.retest is not None:
            self._activity(party, last, f"{party.title}: second test in Qualification", party.retest)
            title = f"{name} is tested again after a repair"
            self._link("test", party, f"retest-{name}", title, test, last, lag=qualification.repair)
        self._link(
            "evidence",
            party,
            f"sad-{name}",
            f"The self-assessment of {name} follows its testing",
            last,
            evidence,
            lag=qualification.evidence_work,
        )
        self._link(
            "evidence",
            party,
            f"evidence-{name}",
            f"{name} has its DBT2 evidence",
            bar,
            evidence,
            type="SS",
            lag=party.evidence,
        )
        self._link("test", party, f"bar-{name}", f"Qualification testing lasts until {name} is through", last, bar, type="FF")

    def _supplier(self, party: Party, approved: str) -> None:
        """A supplier goes live with one of its agents, or with a proven pair like it."""
        qualification, name = self.qualification, party.id
        live = part_of(name, "LIVE")
        self._milestone(party, live, f"{party.title}: able to take meter points")
        self._link("live", party, f"live-{name}", f"{name} goes live once it is approved", approved, live)
        agents = [part_of(agent, "APPROVED") for agent in party.agents]
        alike = [entry for entry in self.suppliers if entry.platform == party.platform or entry is party]
        if qualification.representatives:
            pair = part_of(name, "PAIR")
            self._milestone(party, pair, f"{party.title}: proven with an agent")
            self._link("pair", party, f"proven-{name}", f"{name} is proven once it is approved", approved, pair)
            title = f"{name} is proven with one of its agents"
            self._quorum("pair", party, f"agents-{name}", title, agents, 1, Point(pair))
            pairs = [part_of(entry.id, "PAIR") for entry in (alike if party.platform else [party])]
            self._quorum("pair", party, f"pair-{name}", f"{name} goes live with a proven pair like it", pairs, 1, Point(live))
        else:
            self._quorum("pair", party, f"pair-{name}", f"{name} goes live with one of its agents", agents, 1, Point(live))
        lag = qualification.go_live_preparation
        if not party.volunteers:
            title = f"{name} prepares for go-live while it is tested"
            self._link("live", party, f"prepare-{name}", title, test_of(party), live, type="SS", lag=lag)
        self._link(
            "live",
            party,
            f"prepare-after-{name}",
            f"{name} prepares for go-live after its approval",
            approved,
            live,
            lag=lag,
            enabled=qualification.go_live_after_approval,
        )
        target = qualification.every_supplier
        self._link("every-supplier", party, f"{target}-after-{name}", f"{target} waits for {name}", live, target)

    def _volunteer(self, party: Party, evidence: str) -> None:
        """A party in integration testing: its evidence comes from there."""
        integration, name = self.qualification.integration, party.id
        assert integration is not None
        if party.cohort == FOLLOW_ON:
            done = integration.follow_on
        else:
            ready, done = part_of(name, "READY"), part_of(name, "SIT")
            self._milestone(party, ready, f"{party.title}: ready to enter integration testing", shown="opens")
            if party.sit_ready is not None:
                self.rules.append(
                    NotBefore(
                        kind="not-before",
                        id=f"sit-ready-{name}",
                        title=f"{name} is not ready for integration testing before its day",
                        at=Point(ready),
                        date=party.sit_ready,
                        **self._ground("sit", party),
                    )
                )
            self._activity(party, done, f"{party.title}: integration testing", party.sit_test or integration.length)
            self._link("sit", party, f"sit-enter-{name}", f"{name} enters integration testing once it is ready", ready, done)
            self._link(
                "sit", party, f"sit-start-{name}", f"{name} is tested from {integration.starts}", integration.starts, done
            )
        self._link("evidence", party, f"sit-{name}", f"{name} has its evidence from integration testing", done, evidence)
        sad, enabled = f"sad-{name}", self.approved_volunteers
        title = f"The self-assessment of {name} follows its integration testing"
        lag = self.qualification.evidence_work
        self._link("evidence", party, sad, title, done, evidence, lag=lag, enabled=enabled)
        self.approvals.append(sad)

    # -- what parties share -------------------------------------------------------------------------------------------

    def _capacities(self) -> None:
        """Slots of the bodies, places in the environments, the shared team."""
        qualification, team = self.qualification, self.qualification.shared_team
        taken = team if team and team.on else None
        tested = [
            (party, self.roles[party.role], test)
            for party in qualification.qualifying
            for test in dict.fromkeys((test_of(party), last_test_of(party)))
        ]
        for body in qualification.bodies:
            items = [
                test
                for _, role, test in tested
                if body.id in role.assessed_by and not (taken and role.id in taken.roles and body.id in taken.relieves)
            ]
            title = f"{body.title} assesses no more than its slots at once"
            self._capacity(body, f"slots-{body.id}", title, body.slots, items, steps=body.steps)
        for place in qualification.environments:
            items = [test for _, role, test in tested if not place.roles or role.id in place.roles]
            items += self._integrated(place) if place.volunteers else []
            title = f"{place.title}: no more at once than there are places"
            self._capacity(place, f"places-{place.id}", title, place.places, items)
        if taken:
            items = [test for _, role, test in tested if role.id in taken.roles]
            title = "The programme's test team manages no more than its slots at once"
            self._capacity(taken, "slots-shared-team", title, taken.slots, items)

    def _integrated(self, place: Environment) -> list[str]:
        """Return the integration tests that hold a place of an environment."""
        integration = self.qualification.integration
        tests = [
            test_of(party)
            for party in self.qualification.parties
            if party.volunteers and party.cohort != FOLLOW_ON and (not place.roles or party.role in place.roles)
        ]
        return [*tests, *(part_of(entry.id, "SIT") for entry in (integration.central if integration else ()))]

    def _capacity(self, entry: Sourced, name: str, title: str, amount: Any, items: list[str], **more: Any) -> None:
        if items:
            demands = tuple(Demand(item=item) for item in items)
            self.rules.append(
                Capacity(
                    kind="capacity",
                    id=name,
                    title=title,
                    amount=amount,
                    demands=demands,
                    **more,
                    **self._ground("slots", entry),
                )
            )

    def _first_pairs(self) -> None:
        """The first pair of each segment, which the start of migration waits for."""
        for milestone, segments in self.qualification.first_pairs.items():
            for segment in segments:
                live = [part_of(party.id, "LIVE") for party in self.suppliers if segment in party.segments]
                pair, owner = f"FIRST-PAIR-{segment}", self.qualification
                self._milestone(owner, pair, f"The first supplier and agent of the {segment} segment are through")
                title = f"Any one supplier of the {segment} segment is the first"
                self._quorum("first-pair", owner, f"first-pair-{segment}", title, live, 1, Point(pair))
                title = f"{milestone} waits for the first pair of the {segment} segment"
                self._link("first-pair", owner, f"{milestone}-after-first-{segment}", title, pair, milestone)

    def _waves(self) -> None:
        """Entry on the days of waves, so many at once."""
        qualification = self.qualification
        waves = sorted(qualification.waves, key=lambda wave: wave.opens)
        allotted = _allotted(self.plan, qualification)
        sized = any(wave.size is not None for wave in waves)
        for party in qualification.qualifying:
            test = part_of(party.id, "TEST")
            days: tuple[Date, ...] = tuple(wave.opens for wave in waves[allotted[party.id] :])
            self.rules.append(
                Release(
                    kind="release",
                    id=f"wave-{party.id}",
                    title=f"{party.id} enters with {_waves_named(waves[allotted[party.id] :])}",
                    at=Point(test, "start"),
                    occasions=Occasions(days=days),
                    enabled=qualification.tranches,
                    **self._ground("wave", party),
                )
            )
            if sized:
                entry = part_of(party.id, "ENTRY")
                self._activity(party, entry, f"{party.title}: entry", _DAY)
                self.rules.append(
                    Equality(
                        kind="equality",
                        id=f"entry-{party.id}",
                        title=f"{party.id} enters on the day its test starts",
                        at=(Point(entry, "start"), Point(test, "start")),
                        enabled=qualification.tranches,
                        **self._ground("wave", party),
                    )
                )
        if sized:
            most = len(qualification.qualifying)
            steps = tuple({"since": wave.opens, "amount": most if wave.size is None else wave.size} for wave in waves)
            items = [part_of(party.id, "ENTRY") for party in qualification.qualifying]
            title = "A wave takes in no more than its size"
            ground = qualification
            self._capacity(ground, "wave-sizes", title, most, items, steps=steps, enabled=qualification.tranches)

    def _integration(self, integration: Integration) -> None:
        """Cohorts: enough volunteers to start, enough through to leave, and the fastest of all re-paired."""
        volunteers = [party for party in self.qualification.parties if party.volunteers and party.cohort != FOLLOW_ON]
        entered, leaving = [], []
        for central in integration.central:
            self._central(integration, central)
        ready_too = [part_of(central.id, "READY") for central in integration.central]
        done_too = [part_of(central.id, "SIT") for central in integration.central]
        for cohort in integration.cohorts:
            inside, through = f"COHORT-{cohort.id}-IN", f"COHORT-{cohort.id}-THROUGH"
            self._milestone(cohort, inside, f"{cohort.title}: enough volunteers are ready", shown="opens")
            self._milestone(cohort, through, f"{cohort.title}: enough volunteers are through")
            for role, count in cohort.needs.items():
                members = [party.id for party in volunteers if party.cohort == cohort.id and party.role == role]
                ready = [part_of(name, "READY") for name in members]
                title = f"{cohort.title} starts with {count} of {len(members)} volunteers of role {role}"
                self._quorum("sit", cohort, f"cohort-{cohort.id}-{role}-in", title, ready, count, Point(inside))
                done = [part_of(name, "SIT") for name in members]
                title = f"{cohort.title} leaves when {count} of {len(members)} volunteers of role {role} are through"
                self._quorum("sit", cohort, f"cohort-{cohort.id}-{role}-through", title, done, count, Point(through))
            self._with_central(cohort, f"cohort-{cohort.id}-central-in", f"{cohort.title} starts", ready_too, inside)
            self._with_central(cohort, f"cohort-{cohort.id}-central-through", f"{cohort.title} leaves", done_too, through)
            entered.append(inside)
            leaving.append(through)
        ground = self.qualification
        self._milestone(ground, "SIT-QUORATE", "Enough volunteers of one cohort are ready", shown="opens")
        title = "Integration testing starts with any one cohort"
        self._quorum("sit", ground, "sit-quorate", title, entered, 1, Point("SIT-QUORATE"))
        title = "Integration testing starts no more than the grace before enough volunteers are ready"
        self._link("sit", ground, "sit-grace", title, integration.starts, "SIT-QUORATE", lag=integration.grace, bound="at-most")
        if integration.re_pairing:
            self._re_pairing(integration, volunteers)
            title = "The re-formed cohort leaves"
            self._with_central(ground, "sit-fastest-central", title, done_too, "SIT-FASTEST-THROUGH")
            leaving.append("SIT-FASTEST-THROUGH")
        title = "The first cohort that is through leaves integration testing"
        self._quorum("sit", ground, "sit-first-cohort", title, leaving, 1, Point(integration.bar, "finish"))

    def _central(self, integration: Integration, central: Central) -> None:
        """One central party in integration testing."""
        name, (ready, done) = central.id, (part_of(central.id, "READY"), part_of(central.id, "SIT"))
        self._milestone(central, ready, f"{central.title}: ready to enter integration testing", shown="opens")
        if central.sit_ready is not None:
            self.rules.append(
                NotBefore(
                    kind="not-before",
                    id=f"sit-ready-{name}",
                    title=f"{central.title} is not ready for integration testing before its day",
                    at=Point(ready),
                    date=central.sit_ready,
                    **self._ground("sit", central),
                )
            )
        self._activity(central, done, f"{central.title}: integration testing", central.sit_test or integration.length)
        self._link("sit", central, f"sit-enter-{name}", f"{central.title} enters once it is ready", ready, done)
        title = f"{central.title} is tested from {integration.starts}"
        self._link("sit", central, f"sit-start-{name}", title, integration.starts, done)

    def _with_central(self, ground: Sourced, name: str, does: str, of: list[str], after: str) -> None:
        """What takes every central party."""
        if of:
            self._quorum("sit", ground, name, f"{does} with all {len(of)} central parties", of, len(of), Point(after))

    def _re_pairing(self, integration: Integration, volunteers: list[Party]) -> None:
        """The fastest of all cohorts together, once pairs have been watched long enough."""
        ground, fastest = self.qualification, "SIT-FASTEST-THROUGH"
        self._milestone(ground, fastest, "Enough of the fastest volunteers of all cohorts are through")
        title = "Pairs are re-formed once they have been watched"
        self._link("sit", ground, "sit-watched", title, integration.component, fastest, lag=integration.watched)
        for role, count in integration.cohorts[0].needs.items():
            done = [part_of(party.id, "SIT") for party in volunteers if party.role == role]
            title = f"The re-formed cohort has {count} of {len(done)} volunteers of role {role}"
            self._quorum("sit", ground, f"sit-fastest-{role}", title, done, count, Point(fastest))


def _waves_named(waves: Sequence[Wave]) -> str:
    """Return ``wave W9``, ``one of waves W8 and W9`` or ``one of waves W1 to W9``."""
    if len(waves) == 1:
        return f"wave {waves[0].id}"
    return f"one of waves {waves[0].id} {'and' if len(waves) == 2 else 'to'} {waves[-1].id}"


def _allotted(plan: Plan, qualification: Qualification) -> dict[str, int]:
    """Return the first wave, by number in order of opening, that each party may enter."""
    waves = sorted(qualification.waves, key=lambda wave: wave.opens)
    numbers = {wave.id: number for number, wave in enumerate(waves)}
    found = {party.id: numbers.get(party.wave or "", 0) for party in qualification.qualifying}
    if qualification.assignment == "portfolio":
        for party in qualification.qualifying:
            own = [number for number, wave in enumerate(waves) if set(wave.segments) & set(party.segments)]
            found[party.id] = own[0] if own else 0
    elif qualification.assignment == "size":
        for party in qualification.qualifying:
            own = [number for number, wave in enumerate(waves) if party.size in wave.sizes]
            found[party.id] = own[0] if own else 0
    elif qualification.assignment == "readiness":
        queue = sorted(qualification.qualifying, key=lambda party: (plan.duration(party.ready).amount, party.id))
        number = room = 0
        sizes = [len(queue) if wave.size is None else plan.amount(wave.size) for wave in waves]
        for party in queue:
            while number < len(waves) - 1 and room >= sizes[number]:
                number, room = number + 1, 0
            found[party.id] = number
            room += 1
    return found
