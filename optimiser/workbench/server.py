"""The server of the workbench: one process, the loopback address, a page and its questions."""

from __future__ import annotations

import contextlib
import gc
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from typing import Any

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from models.workbench import DeskChanges, Question
from optimiser.errors import InputError, Located, OptimiserError
from optimiser.evidence.documents import error_document
from optimiser.workbench.answers import by_when, parties, proof, proved, why
from optimiser.workbench.chances import beside, risk
from optimiser.workbench.desk import Desk, parsed
from optimiser.workbench.draft import draft_document, plan_document
from optimiser.workbench.guard import Guard, TooLargeError
from optimiser.workbench.saving import chart, pack, scenario_text, workbook
from optimiser.workbench.updates import update_title
from optimiser.workbench.work import Errands, faults_of

__all__ = ["Workbench", "application", "serve", "warmed"]

LOOPBACK = "127.0.0.1"

_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

_LONG = {
    "proof": proof,
    "why": why,
    "by-when": by_when,
    "risk": risk,
    "parties": parties,
    "workbook": workbook,
    "pack": pack,
}
"""Questions that take long, and may be called off."""


class Workbench:
    """An application with what a test wants to know of it.

    Attributes
    ----------
    app
        To be served by any ASGI server.
    jobs
        The questions in progress.
    token
        The first part of every path.
    """

    def __init__(self, desk: Desk, hosts: list[str], token: str) -> None:
        self.desk, self.jobs, self.token = desk, Errands(), token
        self.app = Guard(self._routes(), hosts, token)

    def _routes(self) -> Starlette:
        routes = [
            Route("/", self._page),
            Route("/static/{name}", self._static),
            Route("/api/plan", self._plan),
            Route("/api/draft", self._short(_drafted), methods=["POST"]),
            Route("/api/save", self._short(_saved), methods=["POST"]),
            Route("/api/chart", self._short(_charted), methods=["POST"]),
            *(Route(f"/api/{name}", self._long(name, answer), methods=["POST"]) for name, answer in _LONG.items()),
            Route("/api/beside", self._long("beside", partial(beside, chain=self.desk)), methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers={Exception: _ours})

    async def _page(self, _: Request) -> Response:
        return _file("workbench.html")

    async def _static(self, request: Request) -> Response:
        return _file(str(request.path_params["name"]))

    async def _plan(self, request: Request) -> Response:
        update = request.query_params.get("update", "")

        def document() -> Response:
            known = [{"name": "", "title": update_title(self.desk.base)}]
            known += [{"name": each.name, "title": update_title(each.plan)} for each in self.desk.updates]
            return JSONResponse({**plan_document(self.desk.at(update)), "update": update, "updates": known})

        return await _told(document)

    def _short(self, answer: Callable[[Desk, Question], Response]) -> Callable[[Request], Any]:
        """Return the end point of what is answered at once."""

        async def asked(request: Request) -> Response:
            question = await _read_question(request)
            if isinstance(question, Response):
                return question
            return await _told(lambda: answer(self.desk.at(question.update), question))

        return asked

    def _long(self, kind: str, answer: Callable[..., Mapping[str, Any]]) -> Callable[[Request], Any]:
        """Return the end point of what is told of as it goes on, a line of JSON at a time."""

        async def asked(request: Request) -> Response:
            question = await _read_question(request)
            if isinstance(question, Response):
                return question
            made = lambda tell: answer(self.desk.at(question.update), question, tell)  # noqa: E731 - in the thread, not here
            lines = self.jobs.lines(question.page, kind, question.number, made)
            return StreamingResponse(lines, media_type="application/x-ndjson")

        return asked


def _drafted(desk: Desk, question: Question) -> Response:
    return JSONResponse(draft_document(desk, question))


def _saved(desk: Desk, question: Question) -> Response:
    name, text = scenario_text(desk, question)
    return Response(text, media_type="application/yaml", headers={"content-disposition": f'attachment; filename="{name}"'})


def _charted(desk: Desk, question: Question) -> Response:
    return Response(chart(desk, question), media_type="image/svg+xml")


async def _told(answer: Callable[[], Response]) -> Response:
    """Return an answer found in a thread, or what is wrong in a line each."""
    try:
        return await run_in_threadpool(answer)
    except InputError as error:
        return _refusal(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page is told in a line
        return JSONResponse(faults_of(error), status_code=500)


async def _read_question(request: Request) -> Question | Response:
    """Return what a page asks, or what it is told where that cannot be read."""
    try:
        return _question(await request.body())
    except InputError as error:
        return _refusal(error)
    except TooLargeError:
        return PlainTextResponse("the question is too large\n", status_code=413)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page is told in a line
        return JSONResponse(faults_of(error), status_code=500)


def _refusal(error: InputError) -> Response:
    """Return every fault of a question, each with its place."""
    return JSONResponse(error_document(error.faults), status_code=422)


def _question(body: bytes) -> Question:
    """Read what a page asks.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    content = parsed(body)
    try:
        return Question.model_validate(content)
    except ValidationError as error:
        faults = [
            Located(str(each["msg"])[:300], path=".".join(str(part) for part in each["loc"])[:200] or "body")
            for each in error.errors(include_url=False, include_input=False, include_context=False)[:20]
        ]
        raise InputError(faults) from None


def _file(name: str) -> Response:
    """Return a file of the page. Only those that are there are served, by their own names."""
    folder = resources.files("optimiser.workbench") / "static"
    known = {entry.name: entry for entry in folder.iterdir()}
    ending = name[name.rfind(".") :] if "." in name else ""
    if name not in known or ending not in _KINDS:
        return PlainTextResponse("there is no such page\n", status_code=404)
    return Response(known[name].read_bytes(), media_type=_KINDS[ending])


async def _ours(_: Request, error: Exception) -> Response:
    return JSONResponse(faults_of(error), status_code=500)


def application(desk: Desk, *, port: int, token: str | None = None) -> Workbench:
    """Return the application that serves a plan.

    Parameters
    ----------
    port
        On which it is reached: what the header Host says.
    token
        The first part of every path; drawn where None.
    """
    hosts = [f"{name}:{port}" for name in (LOOPBACK, "localhost")]
    return Workbench(desk, hosts, token or secrets.token_urlsafe(16))


def warmed(desk: Desk) -> None:
    """Prove the plan as opened before anybody asks: the page's first question finds the answer, and the solver loaded.

    What is there then stays: it is not looked through for garbage any more, which held up every tenth draft by 0.1 s.
    """
    with contextlib.suppress(OptimiserError):
        proved(desk, DeskChanges(), lambda _: None)
    gc.collect()
    gc.freeze()


def serve(desk: Desk, *, port: int = 0, ready: Callable[[str], None] = lambda _: None) -> None:
    """Serve a plan on the loopback address until the process is told to stop.

    Parameters
    ----------
    port
        0 for any that is free.
    ready
        Told the address, its token included, once it can be opened.

    Raises
    ------
    InputError
        If the port is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listening.close()
        message = f"port {port} of {LOOPBACK} cannot be used: {error}; maybe leave it out, and any that is free is taken"
        raise InputError([Located(message, path="--port")]) from None
    number = listening.getsockname()[1]
    served = application(desk, port=number)
    config = uvicorn.Config(
        served.app,
        log_config=None,
        log_level="critical",  # what goes wrong is told by `faults_of`; who is cut off as the server stops is no news
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
    )
    server = uvicorn.Server(config)
    listening.listen()
    threading.Thread(target=warmed, args=(desk,), name="workbench-warm", daemon=True).start()
    ready(f"http://{LOOPBACK}:{number}/{served.token}/")
    try:
        server.run(sockets=[listening])
    finally:
        served.jobs.close()
        listening.close()
