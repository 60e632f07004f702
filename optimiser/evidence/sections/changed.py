"""Changes made for the pack: old and new values, dates before and after, and the reason where a date stays."""

from __future__ import annotations

from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, remark, run_source, say
from optimiser.evidence.tables.compared import changes, dates_before_after
from optimiser.evidence.tables.kit import few
from optimiser.evidence.whatif_words import overruled_words, why_it_stays
from optimiser.evidence.words import day

__all__ = ["changed"]


def changed(dossier: Dossier) -> Blocks:
    """Yield what the first page says of the changes; nothing where there are none."""
    found = dossier.what_if
    if found is None:
        return
    source = f"{run_source(dossier.main)}, what_if"
    start = f"under {few(found.scenarios)}" if found.choices and found.scenarios else "as written"
    yield changes(found.changes, f"What was changed, from the plan {start}", source)
    if found.added or found.removed:
        counts = f"{found.added:,} more, {found.removed:,} fewer"
        yield say("Beside these, rules and lengths: {:counted}.", counts, source=source)
    for text in overruled_words(found, str):
        yield remark(f"Overruled: {text}", "stated", source)
    if any(change.before or change.after for change in found.dates):
        yield dates_before_after(found, source)
    told: set[str] = set()
    for entry in found.unmoved:
        for text in why_it_stays(entry, told, day):
            yield say("{} stays: {:closed form}.", entry.milestone, text, source=source)
