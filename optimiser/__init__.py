"""Earliest dates of a plan, with their proof.

    from optimiser import earliest, load
    plan = load("mhhs-round2", scenarios=["poap1"])
    outcome = earliest(plan, ["M10", "M14", "M16"])
    print(outcome.dates, outcome.proof)

Names are fetched when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.check import check
    from optimiser.compare import compare
    from optimiser.explain import attribute, explain, implied, verify_outcome, why_not
    from optimiser.lint import lint
    from optimiser.migration import migrate
    from optimiser.progress import chain_of, trend_of, update_plan
    from optimiser.qualification import qualify
    from optimiser.reading.load import load, load_changed
    from optimiser.robust import robust
    from optimiser.session import Session
    from optimiser.solve import earliest
    from optimiser.whatif import what_if

    __version__: str

__all__ = [
    "Session",
    "attribute",
    "chain_of",
    "check",
    "compare",
    "earliest",
    "explain",
    "implied",
    "lint",
    "load",
    "load_changed",
    "migrate",
    "qualify",
    "robust",
    "trend_of",
    "update_plan",
    "verify_outcome",
    "what_if",
    "why_not",
]

_HOMES = {
    "Session": "optimiser.session",
    "attribute": "optimiser.explain",
    "chain_of": "optimiser.progress",
    "check": "optimiser.check",
    "compare": "optimiser.compare",
    "earliest": "optimiser.solve",
    "explain": "optimiser.explain",
    "implied": "optimiser.explain",
    "lint": "optimiser.lint",
    "load": "optimiser.reading.load",
    "load_changed": "optimiser.reading.load",
    "migrate": "optimiser.migration",
    "qualify": "optimiser.qualification",
    "robust": "optimiser.robust",
    "trend_of": "optimiser.progress",
    "update_plan": "optimiser.progress",
    "verify_outcome": "optimiser.explain",
    "what_if": "optimiser.whatif",
    "why_not": "optimiser.explain",
}
"""Where each public name lives."""


def _refuse_strangers() -> None:
    """Refuse packages of the names of ours that stand before them on the path.

    Raises
    ------
    ImportError
        Naming the file that is in the way.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - importing pathlib costs more
    for name in ("models", "instances"):
        spec = find_spec(name)
        found = list(spec.submodule_search_locations or [spec.origin or "?"]) if spec else []
        if found and os.path.join(home, name) not in map(os.path.abspath, found):  # noqa: PTH118
            message = (
                f"{found[0]} is in the way of the package '{name}' that optimiser needs; maybe rename it, or start elsewhere"
            )
            raise ImportError(message)


_refuse_strangers()


def __getattr__(name: str) -> Any:
    """Fetch a public name from its home."""
    if name in _HOMES:
        if "IPython" in sys.modules:
            import_module("optimiser.evidence.notebook").register()
        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("mhhs-optimiser")
        except PackageNotFoundError:
            return "unknown"  # run from a checkout that was never installed
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__"])


class _Verb(ModuleType):
    """A module named for its one verb: calling the module calls the verb, under the verb's own signature."""

    @property
    def _verb(self) -> Any:
        return getattr(self, self.__name__.rpartition(".")[2])

    @property
    def __signature__(self) -> Any:
        """What `inspect.signature`, and a notebook's help, show of the verb."""
        from inspect import signature

        return signature(self._verb)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the function that bears the module's name."""
        return self._verb(*arguments, **options)


class _Package(ModuleType):
    """The package itself. Importing a submodule binds it here in place of the function of that name: it is made callable."""

    def __setattr__(self, name: str, value: Any) -> None:
        if _HOMES.get(name) == f"{__name__}.{name}" and type(value) is ModuleType:
            value.__class__ = _Verb
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
