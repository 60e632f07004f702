"""``serve``: the workbench, a page on this machine's own address."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.options import AsJson, AskedPlan, Milestones, of_plan, read_milestones
from optimiser.cli.output import ExitCode, announce, print_json, print_text, progress
from optimiser.errors import InputError, Located

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("serve", no_args_is_help=True)(serve_plan)


@of_plan
def serve_plan(
    plan: AskedPlan,
    *,
    milestone: Milestones = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the address; any that is free where left out.")] = 0,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser of this machine.")] = False,
    as_json: AsJson = False,
) -> int:
    """Open the workbench on a plan: a page on this machine that answers what-if at once, proved, until Ctrl-C.

    Single choices (--set, --reading, --release) are the first changes on the page. Needs the extra 'workbench'.

    Exit codes: 0 stopped by Ctrl-C; 2 bad usage or input, or the extra is missing; 1 our fault.
    """
    _need_extra()
    asked = read_milestones(milestone)
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        from optimiser.workbench import serve
        from optimiser.workbench.desk import Desk
        from optimiser.workbench.updates import forecasts_before

        path = _found(plan.name)
        if tell and changed.plan.previous is not None:
            tell("what earlier updates forecast")
        updates = forecasts_before(changed.plan, path)
        desk = Desk(changed, asked, name=plan.name, scenarios=tuple(plan.scenarios or ()), path=path, updates=updates)

    def ready(address: str) -> None:
        if as_json:
            print_json({"schema": "optimiser/serve/1", "address": address})
        else:
            print_text(f"{changed.plan.title}\n  {address}\n")
            announce("only this machine reaches it, and only with this address; Ctrl-C stops it")
        if show:
            import webbrowser

            webbrowser.open(address)

    try:
        serve(desk, port=port, ready=ready)
    except KeyboardInterrupt:  # the way in which it is meant to end
        announce("stopped")
    return ExitCode.DONE


def _found(plan: str) -> Path | None:
    """Return the file or folder that a plan is read from."""
    from optimiser.reading.packaged import find_plan

    return find_plan(plan)


def _need_extra() -> None:
    """Refuse where what serves the page is not installed.

    Raises
    ------
    InputError
        Saying how to get it.
    """
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        message = (
            f"the workbench needs {' and '.join(missing)}; maybe install the extra: pip install 'mhhs-optimiser[workbench]'"
        )
        raise InputError([Located(message)])
