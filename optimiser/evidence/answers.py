"""Answers kept in a pack as records: those that take samples or CP-SAT to derive again.

Whoever checks a pack reads them back, derives everything else, and says which they were.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from models.outcome import Outcome
from models.plan import Plan
from optimiser.encoding.asking import SolverBarredError, asked, barred
from optimiser.errors import OptimiserError, StoredResultError
from optimiser.evidence.documents import print_document
from optimiser.explain.stored import outcome_of
from optimiser.reading.files import json_value
from optimiser.solve.again import again

__all__ = ["ANSWERS", "ANSWER_SCHEMA", "Answers", "BrokenAnswerError"]

ANSWERS: Final = "answers"
"""The folder of a pack that holds them."""

ANSWER_SCHEMA: Final = "optimiser/pack-answer/1"

By = Literal["simulation", "CP-SAT"]

T = TypeVar("T")


class BrokenAnswerError(Exception):
    """A pack does not hold an answer that everything else is to be derived from, or not as a pack writes it."""

    def __init__(self, file: str, message: str) -> None:
        self.file = file
        super().__init__(message)


@dataclass
class Answers:
    """The answers of one pack: given by whoever is asked and kept, or read back from the pack that is checked.

    Attributes
    ----------
    stored
        The files of the pack that is checked; None where one is made.
    kept
        Path to what is kept: by whom it was found, the answer, and the reason where there is none.
    taken
        Path, or path and part, to what was read back instead of derived.
    """

    stored: Mapping[str, bytes] | None = None
    kept: dict[str, tuple[By, Any, str | None]] = field(default_factory=dict)
    taken: dict[str, list[str]] = field(default_factory=dict)
    across: bool = False
    """Whether another version of this tool made the pack: what it does not hold, or holds otherwise, is then absent, not broken."""
    _names: Counter[str] = field(default_factory=Counter)
    _leaning: bool = False
    """Whether what several parts share has heard CP-SAT: what they say then rests on it too."""

    def simulated(self, part: str, kind: Any, make: Callable[[], T]) -> T:
        """Return a simulated answer, newly made or as stored.

        Raises
        ------
        OptimiserError
            As ``make`` does, or did when the pack was made.
        BrokenAnswerError
            If the pack holds no such answer.
        """
        path = self._path(part)
        if self.stored is not None:
            return cast("T", self._read(path, "simulation", kind))
        return self._kept(path, "simulation", kind, make)

    def derived(self, part: str, kind: Any, make: Callable[[], T], *, shared: bool = False) -> T:
        """Return what needs no samples; where CP-SAT is needed and a pack is checked, what is stored.

        Parameters
        ----------
        shared
            Whether it is asked of an oracle that remembers what it has heard.
        """
        path = self._path(part)
        if self.stored is None:
            with asked() as count:
                try:
                    found: T | None = make()
                    fault = None
                except OptimiserError as error:
                    found, fault = None, error
            if count.times or (shared and self._leaning):
                self._leaning |= shared
                self.kept[path] = ("CP-SAT", _dumped(kind, found), None if fault is None else str(fault))
            if fault is not None:
                raise fault
            return found  # type: ignore[return-value]
        leaning = shared and self._leaning
        try:
            with barred():
                return self._kept(path, "CP-SAT", kind, make) if leaning else make()
        except SolverBarredError:
            self._leaning |= shared
            return cast("T", self._read(path, "CP-SAT", kind))

    def outcome(self, case: str | None, plan: Plan, milestones: Sequence[str] | None, make: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of a case: found, or worked out again from what is stored.

        Parameters
        ----------
        case
            None where the pack holds no outcome of it.
        """
        if self.stored is None:
            return make()
        path = f"outcomes/{case}.json"
        content = None if case is None else self.stored.get(path)
        try:
            stored = None if content is None else outcome_of(json_value(content), None)
            found = again(plan, milestones, stored)
        except SolverBarredError:
            raise BrokenAnswerError(path, "is missing, and cannot be derived without CP-SAT") from None
        except (StoredResultError, ValueError, TypeError, AttributeError) as error:
            raise BrokenAnswerError(path, str(error)) from None
        if case is not None:
            self.taken[path] = found.taken
        return found.outcome

    def files(self, plain: Callable[[str], str]) -> dict[str, bytes]:
        """Return the files that hold what was kept.

        Parameters
        ----------
        plain
            Takes out of a reason where the plan lay on one machine.
        """
        return {
            path: print_document(
                {"schema": ANSWER_SCHEMA, "by": by, "absent": None if reason is None else plain(reason), "answer": answer},
                compact=True,
            ).encode()
            for path, (by, answer, reason) in self.kept.items()
        }

    def _path(self, part: str) -> str:
        name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in part).strip("-") or "part"
        self._names[name.lower()] += 1
        number = self._names[name.lower()]
        return f"{ANSWERS}/{name}{f'-{number}' if number > 1 else ''}.json"

    def _kept(self, path: str, by: By, kind: Any, make: Callable[[], T]) -> T:
        """Return what is made, and keep it, or the reason why there is none."""
        try:
            found = make()
        except OptimiserError as error:
            self.kept[path] = (by, None, str(error))
            raise
        self.kept[path] = (by, _dumped(kind, found), None)
        return found

    def _read(self, path: str, by: By, kind: Any) -> Any:
        """Return what the pack holds of a part."""
        assert self.stored is not None
        if path not in self.stored:
            if self.across:
                message = f"the version that made this pack kept no {path}, and it cannot be derived without {by}"
                raise OptimiserError(message)
            raise BrokenAnswerError(path, f"is missing, and cannot be derived without {by}")
        try:
            document = json_value(self.stored[path])
            reason, answer = document["absent"], document["answer"]
            found = None if reason is not None else TypeAdapter(kind).validate_json(json.dumps(answer))
        except (ValidationError, ValueError, TypeError, KeyError) as error:
            if self.across:
                self.taken[path] = ["what that version found, which this one cannot read"]
                message = f"the version that made this pack wrote {path} otherwise"
                raise OptimiserError(message) from None
            raise BrokenAnswerError(path, f"is not as a pack writes it: {str(error).splitlines()[0] or 'empty'}") from None
        self.taken[path] = [f"found by {by}"]
        self.kept[path] = (by, None if reason is not None else _dumped(kind, found), reason)
        if reason is not None:
            raise OptimiserError(str(reason))
        return found


def _dumped(kind: Any, found: Any) -> Any:
    return None if found is None else TypeAdapter(kind).dump_python(found, mode="json", by_alias=True)
