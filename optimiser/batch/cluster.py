"""A dask cluster that computes ranges."""

from __future__ import annotations

import asyncio
import concurrent.futures as cf
import contextlib
import logging
import re
from typing import Any, Final

from optimiser.batch.results import Found
from optimiser.batch.task import run_range
from optimiser.errors import InputError, Located

__all__ = ["ATTEMPTS", "PATIENCE", "Cluster"]

ATTEMPTS: Final = 4
"""How often a range is handed out before workers that die over it are held to be its fault."""

PATIENCE = 10
"""Seconds for a scheduler to answer."""

_ADDRESS: Final = re.compile(r"(?:tcp|tls|ws|wss)://(\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]]+):([0-9]{1,5})/?")


def _greet(address: str) -> None:
    """Shake hands with a scheduler: a client that meets something else than one would wait for it without end.

    Raises
    ------
    InputError
        If it is no address, or no scheduler answers there.
    """
    from distributed.comm.core import connect

    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) < 65_536:
        advice = f"; maybe 'tcp://{address}:8786'" if re.fullmatch(r"[A-Za-z0-9.-]+", address) else ""
        message = f"expected an address such as tcp://192.0.2.1:8786, got '{address}'{advice}"
        raise InputError([Located(message, path="--cluster")])

    async def greet() -> None:
        comm = await asyncio.wait_for(connect(address, timeout=PATIENCE), PATIENCE)  # type: ignore[no-untyped-call]
        comm.abort()

    logging.disable()  # of what fails, a library that logs says it a second time, with its own line numbers
    try:
        asyncio.run(greet())
    except Exception as error:  # noqa: BLE001 - whatever a library makes of an address and of who answers there
        raise InputError([_unanswered(address, error)]) from None
    finally:
        logging.disable(logging.NOTSET)


def _unanswered(address: str, error: Exception) -> Located:
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
    return Located(f"no scheduler answers at '{address}' ({reason[:120]}); maybe it is not running", path="--cluster")


class Cluster:
    """Workers of a dask cluster.

    Parameters
    ----------
    address
        Of its scheduler.

    Raises
    ------
    InputError
        If dask is not installed, the address is none, or no scheduler answers there.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            message = "a cluster needs dask's distributed; maybe install it with the extra 'cluster'"
            raise InputError([Located(message, path="--cluster")]) from None
        _greet(address)
        connect: Any = Client
        try:
            self._client = connect(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError([_unanswered(address, error)]) from None
        self._executor = self._client.get_executor(pure=False, retries=ATTEMPTS)

    def submit(self, payload: bytes, first: int, after: int) -> cf.Future[Found]:
        """Have a range computed."""
        future: cf.Future[Found] = self._executor.submit(run_range, payload, first, after)
        return future

    def capacity(self) -> int:
        """Return how many ranges to hand out at once."""
        threads = [int(count) for count in self._client.nthreads().values()]
        return max(2, 2 * sum(threads))

    def renew(self) -> None:
        """Do nothing: the scheduler itself replaces workers that die."""

    def close(self, *, wait: bool) -> None:
        """Send everybody home."""
        with contextlib.suppress(Exception):  # a cluster that is gone needs no farewell
            self._executor.shutdown(wait=wait)
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)
