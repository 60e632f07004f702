"""Access control: requests from a page served by this program on this machine with the token, within size limits.

A page of another origin that a browser on this machine has open can send requests here. It does not know the token; it cannot
give another Host without being told apart (a name that is made to lead here), nor hide its Origin.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any

__all__ = ["MOST_BYTES", "POLICY", "Guard"]

MOST_BYTES = 256_000
"""Of a question. A page that has changed everything sends a tenth of it."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is fetched from elsewhere, no script stands in the page, and no other page frames it."""

_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),
]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """What stands before the application.

    Parameters
    ----------
    hosts
        What the header Host may say: the loopback address and its name, each with the port.
    token
        The first part of every path.
    """

    def __init__(self, app: Application, hosts: Collection[str], token: str) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._token = token

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            return  # no sockets are served, and nothing is to be done as the server starts

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await _say(guarded, *refused)
            return
        first = f"/{self._token}"
        inside = dict(scope, path=scope["path"].removeprefix(first) or "/", raw_path=None, root_path="")
        if not scope["path"].removeprefix(first):
            await _say(guarded, 308, "the page is one step further", [(b"location", f"{first}/".encode())])
            return
        await self._app(inside, _limited(receive), guarded)

    def _refused(self, scope: Message) -> tuple[int, str] | None:
        """Return why a request is refused, None where it is not."""
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in headers and name in (b"host", b"origin", b"content-length", b"content-type"):
                return 400, "a header is given twice"
            headers[name] = value
        host = headers.get(b"host", b"").decode("latin-1")
        if host not in self._hosts:
            return 403, "this address is served under the loopback address only"
        if headers.get(b"origin", b"http://" + host.encode()) != b"http://" + host.encode():
            return 403, "asked from another page"
        if headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none"):
            return 403, "asked from another page"
        given = scope["path"].split("/", 2)[1] if scope["path"].startswith("/") else ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
            return 403, "the address lacks its token; use the one that was printed as the workbench began"
        return _unfit(scope["method"], headers)


def _unfit(method: str, headers: Mapping[bytes, bytes]) -> tuple[int, str] | None:
    """Return why a request of whoever may ask cannot be read."""
    if method not in ("GET", "HEAD", "POST"):
        return 405, "expected GET or POST"
    if method == "POST" and headers.get(b"content-type", b"").split(b";")[0].strip() != b"application/json":
        return 415, "expected JSON"
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 9 or int(length) > MOST_BYTES:
        return 413, f"expected at most {MOST_BYTES:,} bytes"
    return None


class TooLargeError(Exception):
    """A body that goes on beyond what a question may take."""


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def received() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b"") or b"")
        if taken > MOST_BYTES:
            raise TooLargeError
        return message

    return received


async def _say(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = f"{text}\n".encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*kind, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})
