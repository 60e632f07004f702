"""A workbench on a plan, asked as its page asks, for tests."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from models.plan import Plan
from optimiser.reading.load import LoadedPlan, load_changed
from optimiser.reading.packaged import find_plan
from optimiser.workbench.desk import Desk
from optimiser.workbench.server import Workbench, application

PORT = 8000
HOST = f"127.0.0.1:{PORT}"
TOKEN = "token-of-a-test"  # noqa: S105 - no secret


def desk_of(name: str, scenarios: tuple[str, ...] = (), milestones: tuple[str, ...] | None = None, **choices: Any) -> Desk:
    """Return the desk of a packaged plan, or of one by its path."""
    loaded = load_changed(name, scenarios, **choices)
    return Desk(loaded, milestones, name=name, scenarios=scenarios, path=find_plan(name))


def desk_on(plan: Plan, *milestones: str) -> Desk:
    """Return the desk of a plan that was made for a test."""
    return Desk(LoadedPlan(plan, plan, plan), milestones or None)


class Page:
    """What the page does, without a browser."""

    def __init__(self, served: Workbench) -> None:
        self.served = served
        self.client = TestClient(served.app, base_url=f"http://{HOST}", headers={"origin": f"http://{HOST}"})
        self.number = 0

    def post(self, kind: str, **question: Any) -> Any:
        """Return the response to a question."""
        self.number += 1
        return self.client.post(f"/{TOKEN}/api/{kind}", json={"page": "test", "number": self.number, **question})

    def ask(self, kind: str, **question: Any) -> Any:
        """Return the answer to a question, whether it comes at once or after progress."""
        response = self.post(kind, **question)
        assert response.status_code == 200, response.text
        if not response.headers["content-type"].startswith("application/x-ndjson"):
            return response.json()
        lines = [json.loads(line) for line in response.text.splitlines()]
        assert "answer" in lines[-1], lines[-1]
        return lines[-1]["answer"]


def page_on(desk: Desk) -> Page:
    """Return a page on a desk."""
    return Page(application(desk, port=PORT, token=TOKEN))


@contextlib.contextmanager
def running(desk: Desk) -> Iterator[tuple[Workbench, int]]:
    """Serve a desk on a real socket in a thread; give what is served, and the port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    served = application(desk, port=port, token=TOKEN)
    config = uvicorn.Config(
        served.app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield served, port
    finally:
        served.jobs.close()
        server.should_exit = True
        thread.join(10)
        listening.close()
        assert not thread.is_alive()
