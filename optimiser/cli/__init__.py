"""The command line: each verb reads its options, makes one call of the API, and prints.

Nothing heavy is imported before a verb needs it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import copy
import errno
import functools
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from optimiser.cli.batch import batch
from optimiser.cli.compare import compare_two
from optimiser.cli.dates import attribute_plan, explain_plan, imply_plan, solve_plan, why_not_plan
from optimiser.cli.exchange import export_outcome, import_plan, init_plan
from optimiser.cli.output import ExitCode, InterruptedRun, announce, print_faults, print_text, unwritable
from optimiser.cli.packs import make_pack, verify_file
from optimiser.cli.parties import migrate_plan, qualify_plan
from optimiser.cli.plans import lint_plan, list_plans, print_schema, show_plan
from optimiser.cli.questions import ByQuestion
from optimiser.cli.robust import robust_dates
from optimiser.cli.serve import serve_plan
from optimiser.cli.updates import trend, update
from optimiser.errors import (
    InputError,
    Located,
    OptimiserError,
    PlanContradictsError,
    StoredResultError,
    UndecidedError,
)

__all__ = ["app", "main"]

DEBUG = "OPTIMISER_DEBUG"
"""The environment variable that asks for a traceback where the fault is ours."""

_USAGE: type[Exception] = typer.BadParameter.__mro__[2]
"""Whatever is wrong with the command line: the ancestor, not itself exported, of the exceptions that typer does export."""
_UNWRITABLE = {errno.EBADF, errno.EFBIG, errno.EIO, errno.ENOSPC}
"""What the system says of a stream that is closed, or leads to where there is no room."""
_CODES = {
    PlanContradictsError: ExitCode.INFEASIBLE,
    StoredResultError: ExitCode.MISSED,
    UndecidedError: ExitCode.UNDECIDED,
}
"""What the shell is told of errors that are nobody's bad input."""

app = typer.Typer(
    name="optimiser",
    cls=ByQuestion,
    help="Earliest dates of a plan, proved: what they hang on and how far each open question moves them.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help costs half the time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

_VERBS: dict[str, Callable[..., Any]] = {
    "show": show_plan,
    "solve": solve_plan,
    "init": init_plan,
    "import": import_plan,
    "explain": explain_plan,
    "why-not": why_not_plan,
    "implied": imply_plan,
    "attribute": attribute_plan,
    "verify": verify_file,
    "compare": compare_two,
    "robust": robust_dates,
    "lint": lint_plan,
    "qualify": qualify_plan,
    "migrate": migrate_plan,
    "evidence": make_pack,
    "export": export_outcome,
    "serve": serve_plan,
    "update": update,
    "trend": trend,
}
for _name, _verb in _VERBS.items():
    app.command(_name, no_args_is_help=True)(_verb)
app.command("list")(list_plans)
app.command("schema")(print_schema)
app.add_typer(batch, name="batch")


def _print_version(asked: bool) -> None:
    if asked:
        import optimiser

        print_text(f"optimiser {optimiser.__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[  # noqa: ARG001 - acts as it is read
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help=f"Show a traceback where the fault is ours; as does {DEBUG}=1.")
    ] = False,
) -> None:
    if debug:
        os.environ[DEBUG] = "1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        What follows the program's name; from the shell where None.

    Returns
    -------
    int
        0 done and proven; 1 our fault; 2 bad usage or input; 3 proven infeasible; 4 undecided within the limit;
        5 a requested target is missed.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        _refuse_bytes(given)
        code = _verbs(next(iter(given), "")).main(args=given, prog_name="optimiser", standalone_mode=False)
    except SystemExit:  # typer's way when whoever reads the help has gone
        code = ExitCode.DONE
    except (KeyboardInterrupt, typer.Abort):
        code = ExitCode.INTERRUPTED
    except InterruptedRun as error:
        announce(f"interrupted: {error}")
        return ExitCode.INTERRUPTED
    except OptimiserError as error:
        print_faults(error.faults if isinstance(error, InputError) else [Located(str(error))], as_json=as_json)
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), ExitCode.BAD_INPUT)
    except _USAGE as error:
        code = _bad_usage(error, as_json=as_json)
    except OSError as error:
        # Files are opened where their faults are told; what has no name is a stream, to which typer writes help by itself.
        stream = error.filename is None and error.errno in _UNWRITABLE
        code = _unwritten(error) if stream else _our_fault(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - whatever it is, the user is told in one line
        code = _our_fault(error, as_json=as_json)
    if code == ExitCode.INTERRUPTED:
        announce("interrupted: no file was written or changed; the same command begins again")
    return int(code or ExitCode.DONE)


@functools.cache
def _verbs(asked: str) -> Any:
    """Return the verb asked for with its options, else every verb: reading all off their functions takes as long as many a command."""
    chosen = [command for command in app.registered_commands if command.name == asked]
    if not chosen:
        return typer.main.get_command(app)
    one = copy.copy(app)
    one.registered_commands, one.registered_groups = chosen, []
    return typer.main.get_command(one)


def _refuse_bytes(given: Sequence[str]) -> None:
    """Refuse arguments that are not text: what is named by one could be written, but not said in any document.

    Raises
    ------
    InputError
        With every such argument.
    """
    faults = [
        Located("is not text in UTF-8; maybe rename the file, or give another name", file=text)
        for text in given
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
    ]
    if faults:
        raise InputError(faults)


def _bad_usage(error: Exception, *, as_json: bool) -> ExitCode:
    """Say what is wrong with the command line."""
    show, message = getattr(error, "show", None), getattr(error, "format_message", error.__str__)()
    if show and not as_json:
        with contextlib.suppress(OSError):  # as of `announce`: nobody is left to be told
            show()
    elif message:
        print_faults([Located(message)], as_json=as_json)
    return ExitCode.BAD_INPUT


def _unwritten(error: OSError) -> ExitCode:
    """Say that standard output takes nothing."""
    print_faults([unwritable(error)], as_json=False)
    return ExitCode.BAD_INPUT


def _our_fault(error: Exception, *, as_json: bool) -> ExitCode:
    """Report a fault of ours: its place, and how to tell us."""
    import traceback

    if os.environ.get(DEBUG):
        announce("traceback:")
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""  # noqa: PTH119 - no pathlib needed
    how = "" if os.environ.get(DEBUG) else "; 'optimiser --debug ...' shows where it comes from"
    text = f"internal error{at}: {type(error).__name__}: {error}. This is our fault: please report it with the command{how}"
    print_faults([Located(text)], as_json=as_json)
    return ExitCode.OUR_FAULT
