"""The witness that is a constraint model: CP-SAT with one switch for every rule.

Importing this package costs nothing; the solver is loaded with `Encoding`, `ENCODERS` or `decide`. Where it is barred (see
`optimiser.encoding.asking`) it is not even loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimiser.encoding.answer import Answer, Limits, Places, Status, Window
from optimiser.encoding.asking import asking

if TYPE_CHECKING:
    from optimiser.encoding.deciding import decide
    from optimiser.encoding.rules import ENCODERS
    from optimiser.encoding.search import Encoding

__all__ = ["ENCODERS", "Answer", "Encoding", "Limits", "Places", "Status", "Window", "decide"]


def __getattr__(name: str) -> Any:
    """Load what needs the solver when it is first asked for."""
    if name in ("Encoding", "decide"):
        asking()
    if name == "Encoding":
        from optimiser.encoding.search import Encoding

        return Encoding
    if name == "decide":
        from optimiser.encoding.deciding import decide

        return decide
    if name == "ENCODERS":
        from optimiser.encoding.rules import ENCODERS

        return ENCODERS
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
