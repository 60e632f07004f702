"""The workbench: a page on the loopback address that answers what is asked in the room, a draft at once and the proof behind it.

Importing this package costs nothing; the extra ``workbench`` brings what serves the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.workbench.server import application, serve

__all__ = ["application", "serve"]


def __getattr__(name: str) -> Any:
    """Load the server when it is first asked for."""
    if name in __all__:
        from optimiser.workbench import server

        return getattr(server, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
