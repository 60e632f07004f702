"""The help page by question: a reader looks for what they want to know, not for the name of a verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup

__all__ = ["QUESTIONS", "ByQuestion"]

QUESTIONS: Final = {
    "What is there to work with": ("list", "show", "init", "import", "schema", "lint"),
    "Which date, and what it hangs on": ("solve", "explain", "why-not", "implied", "attribute"),
    "How sure it is": ("robust", "batch"),
    "Who is ready when": ("qualify", "migrate"),
    "What changed": ("update", "compare", "trend"),
    "To show and to keep": ("evidence", "export", "verify", "serve"),
}
"""Question to the verbs that answer it, in the order in which help lists them."""

_WHOLE: Final = 1_000
"""So long may what a verb does be: more than any of them takes, so that none is cut."""


class ByQuestion(TyperGroup):
    """The verbs of the program, listed in help under the questions that they answer."""

    if TYPE_CHECKING:
        commands: Any

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        """Return the verbs in the order of the questions, those of no question last."""
        known = [verb for verbs in QUESTIONS.values() for verb in verbs if verb in self.commands]
        return known + [verb for verb in self.commands if verb not in known]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each question with its verbs."""
        names = self.list_commands(ctx)
        asked = {verb: question for question, verbs in QUESTIONS.items() for verb in verbs}
        for question in dict.fromkeys(asked.get(name, "More") for name in names):
            under = [name for name in names if asked.get(name, "More") == question]
            with formatter.section(question):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(_WHOLE)) for name in under])
