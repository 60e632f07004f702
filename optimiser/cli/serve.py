"""``serve``: the workbench, a page on this machine's own address."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

from optimiser.cli.options import AskedPlan, Milestones, option
from optimiser.cli.output import ExitCode, announce, print_json, print_text, progress
from optimiser.cli.verbs import AsJson, with_options
from optimiser.errors import InputError, Located

__all__ = ["serve_plan"]


@with_options
def serve_plan(
    asked: AskedPlan,
    *,
    milestone: Milestones = None,
    port: Annotated[int, option("--port", "Of the address; any that is free where left out.", min=0, max=65535)] = 0,
    show: Annotated[bool, option("--open", "Open the page in the browser of this machine.")] = False,
    as_json: AsJson = False,
) -> int:
    """Open the workbench on a plan: a page on this machine that answers what-if at once, proved, until Ctrl-C.

    Single choices (--set, --reading, --release) are the first changes on the page. Needs the extra 'workbench'.

    Exit codes: 0 stopped by Ctrl-C; 2 bad usage or input, or the extra is missing; 1 our fault.
    """
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        how = "maybe install the extra: pip install 'mhhs-optimiser[workbench]'"
        raise InputError([Located(f"the workbench needs {' and '.join(missing)}; {how}")])
    with progress() as tell:
        changed = asked.read(tell)
        from optimiser.reading.packaged import find_plan
        from optimiser.workbench import serve
        from optimiser.workbench.desk import Desk
        from optimiser.workbench.updates import updates_before

        path = find_plan(asked.plan)
        if changed.plan.previous is not None:
            tell("earlier updates")
        updates = updates_before(changed.plan, path)
        names = None if milestone is None else tuple(milestone)
        desk = Desk(changed, names, name=asked.plan, scenarios=tuple(asked.scenario or ()), path=path, updates=updates)

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
