"""A plan opened once and asked often: each change takes the plan in memory, and no file is read again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from models.changes import WhatIf
from models.outcome import Outcome
from models.plan import Plan
from optimiser.reading.load import LoadedPlan, OpenedPlan, open_plan

if TYPE_CHECKING:
    from models.binding import BindingReport
    from models.routes import WhyNot

__all__ = ["Session"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Session:
    """An opened plan with the changes made so far.

    Parameters
    ----------
    plan
        As `load` takes it, or one that is open.
    scenarios, settings, readings, released
        As `load` takes them.

    Attributes
    ----------
    plan : Plan
        As changed. Every function of the library takes it.

    Raises
    ------
    InputError
        With every fault of every file and choice.

    Examples
    --------
    >>> from optimiser import Session
    >>> session = Session("toy")
    >>> later = session.change(settings={"oven": "+20wd"})
    >>> later.earliest().dates == session.earliest().dates
    False
    """

    def __init__(
        self,
        plan: str | Path | OpenedPlan,
        scenarios: Sequence[str | Path] = (),
        *,
        settings: Mapping[str, str] = _NOTHING,
        readings: Mapping[str, str] = _NOTHING,
        released: Sequence[str] = (),
    ) -> None:
        self._opened = plan if isinstance(plan, OpenedPlan) else open_plan(plan, scenarios)
        self._settings, self._readings, self._released = dict(settings), dict(readings), tuple(released)
        self._loaded: LoadedPlan = self._opened.changed(settings=settings, readings=readings, released=self._released)
        self._outcomes: dict[tuple[str, ...] | None, Outcome] = {}

    def __repr__(self) -> str:
        """Name the plan, its scenarios and what has been changed."""
        chosen = [f"{name}={value}" for name, value in (*self._settings.items(), *self._readings.items())]
        without = [f"without {name}" for name in self._released]
        return f"Session({', '.join([self.plan.id, *self.plan.settings.scenarios, *chosen, *without])})"

    @property
    def plan(self) -> Plan:
        """The plan as changed."""
        return self._loaded.plan

    def change(
        self,
        settings: Mapping[str, str] = _NOTHING,
        readings: Mapping[str, str] = _NOTHING,
        released: Sequence[str] = (),
    ) -> Session:
        """Return the plan with further changes; this one stays as it is.

        Parameters
        ----------
        settings, readings, released
            As `load` takes them, on top of the changes made so far; of two changes of one thing the later holds. ``+10wd``
            counts from the plan as opened.

        Raises
        ------
        InputError
            With every fault of the changes.
        """
        return Session(
            self._opened,
            settings={**self._settings, **settings},
            readings={**self._readings, **readings},
            released=(*self._released, *released),
        )

    def earliest(self, milestones: Sequence[str] | None = None) -> Outcome:
        """Return the earliest dates, as `optimiser.earliest` does; what was asked before is not searched again."""
        from optimiser.solve import earliest
        from optimiser.solve.asked import asked_for

        asked = asked_for(self.plan, milestones)
        if asked not in self._outcomes:
            self._outcomes[asked] = earliest(self.plan, asked)
        return self._outcomes[asked]

    def what_if(self, milestones: Sequence[str] | None = None) -> WhatIf | None:
        """Return what the changes do to each date, before and after; None where nothing was changed."""
        from optimiser.solve.asked import asked_for
        from optimiser.whatif import ranges_of, what_if

        asked = asked_for(self.plan, milestones)
        return what_if(self._loaded, asked, ranges_of(self.earliest(asked), self.plan))

    def explain(self, milestone: str) -> BindingReport:
        """Return what binds a milestone, as `optimiser.explain` does."""
        from optimiser.explain import explain

        return explain(self.plan, milestone)

    def why_not(self, milestone: str, by: dt.date | str) -> WhyNot:
        """Return the conflict of an earlier date and the routes to it, as `optimiser.why_not` does."""
        from optimiser.explain import why_not

        return why_not(self.plan, milestone, by)
