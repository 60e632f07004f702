"""What changed since the last pack, or the plan before: dates then and now, why, findings that are new or gone, what is set otherwise."""

from __future__ import annotations

from models.moved import MilestoneMove, WhatMoved
from models.pack import Block, Chart, Figure, Name, PackProof, Section
from optimiser.evidence.charts.waterfall import bridge_chart
from optimiser.evidence.dossier import Dossier, SinceThen
from optimiser.evidence.sections.words import count, lead, paragraph, remark
from optimiser.evidence.tables.compared import changes
from optimiser.evidence.tables.kit import choose, column, columns, table, weakest
from optimiser.evidence.tables.moved import moved_causes, moved_dates
from optimiser.evidence.words import day
from optimiser.inputs import differences, inputs_of
from optimiser.moved import moved_words

__all__ = ["moved_lines_of", "since"]

_FIRST = 4
"""Milestones that the first screen tells of."""
_SOURCE = "inputs/since/plan.json against the plan of this pack"


def since(dossier: Dossier) -> Section | None:
    """Return the section; None where no earlier pack was named."""
    then = dossier.since
    if then is None:
        return None
    moved = then.moved
    blocks: list[Block] = [*_before(then)]
    if moved is None:
        blocks.append(paragraph("What moved cannot be told: ", Name(text=dossier.absent.get("since", "it was not found")), "."))
    else:
        blocks += [paragraph(*_line(move, moved)) for move in moved.moves]
        blocks.append(moved_dates(moved, _SOURCE))
        causes = moved_causes(moved, _SOURCE)
        if causes.rows:
            about = "The steps from each date then to the date now, by cause."
            drawn = bridge_chart("bridge-since", moved)
            blocks += [causes, Chart(id="bridge-since", title="What moved", about=about, svg=drawn, table=causes.id)]
        blocks += [
            remark(f"Taken together, as there is no date between them: {each}.", "counted", _SOURCE) for each in moved.joined
        ]
        blocks += [remark(f"{old} is now called {new}.", "counted", _SOURCE) for old, new in moved.renamed.items()]
        blocks += [remark(f"{note[:1].upper()}{note[1:]}.", "counted", _SOURCE) for note in moved.notes]
    blocks += [_findings(then), _set_otherwise(dossier, then)]
    return Section(id="since", title="What changed since the last pack", blocks=tuple(blocks))


def moved_lines_of(dossier: Dossier) -> list[Block]:
    """Return for the first screen what moved each milestone since the last pack, its greatest cause named."""
    then = dossier.since
    if then is None or then.moved is None:
        return []
    word = "Since the last pack: " if then.sha256 else "Since the plan before: "
    first = [move for move in then.moved.moves if move.amount != 0][:_FIRST] or list(then.moved.moves[:1])
    found: list[Block] = [paragraph(word, *_line(move, then.moved)) for move in first]
    if len(then.moved.moves) > len(first):
        held = len([move for move in then.moved.moves if move.amount == 0 and move not in first])
        more = len(then.moved.moves) - len(first) - held
        said = [count(more, "more moved", _SOURCE)] * bool(more) + [", "] * bool(more and held)
        found.append(paragraph(word, *said, *([count(held, "stayed", _SOURCE)] * bool(held)), "."))
    return found


def _line(move: MilestoneMove, moved: WhatMoved) -> list[str | Name | Figure]:
    """Return one milestone's move in a sentence."""
    name = Name(text=move.milestone)
    if move.amount is None or move.before is None or move.after is None:
        return [name, " cannot be compared: ", Name(text=move.why_not or "one of the two has no date"), "."]
    before, after = (Figure(text=day(date), proof=_proof(move), source=_SOURCE) for date in (move.before, move.after))
    if not move.amount:
        return [name, " stays on ", after, "."]
    by = Figure(text=moved_words(move.amount, move.unit, moved.day_minutes), proof=_proof(move), source=_SOURCE)
    most = max(move.shares, key=lambda share: abs(share.amount))
    happened = next(cause.happened for cause in moved.causes if cause.id == most.cause)
    share = Figure(text=moved_words(most.amount, move.unit, moved.day_minutes), proof="closed form", source=_SOURCE)
    others = len([each for each in move.shares if each.amount]) - 1
    more: list[str | Name | Figure] = [", and ", count(others, "more", _SOURCE)] if others else []
    return [name, " moved from ", before, " to ", after, ", ", by, ": ", _quoted(happened), " (", share, ")", *more, "."]


def _quoted(text: str) -> Name | Figure:
    return Figure(text=text, proof="stated", source=_SOURCE) if any(map(str.isdigit, text)) else Name(text=text)


def _proof(move: MilestoneMove) -> PackProof:
    return weakest(proof for proof in (move.proof_before, move.proof_after) if proof)


def _before(then: SinceThen) -> list[Block]:
    """Say what it is compared with."""
    if then.sha256 is None:
        return [lead("Compared with the plan ", Name(text=then.name), ".")]
    version = Figure(text=then.version or "an unknown version", proof="stated", source="inputs/since/manifest.json")
    hashed = Figure(text=then.sha256, proof="counted", source="inputs/since/SHA256SUMS")
    return [
        lead(
            "Compared with the pack ", Name(text=then.name), ", made by version ", version, ", whose own hash is ", hashed, "."
        )
    ]


def _findings(then: SinceThen) -> Block:
    """Return the findings that only one of the two plans has."""
    rows = [["new", each.severity, each.id, each.what] for each in then.come]
    rows += [["closed", each.severity, each.id, each.what] for each in then.gone]
    heads = [column("change", note="whether the finding is new, or is closed"), *columns("severity | finding:id | what")]
    return table("since-findings", "Findings that are new, or closed", heads, rows, proof="counted", source=_SOURCE)


def _set_otherwise(dossier: Dossier, then: SinceThen) -> Block:
    """Return the readings, assumptions and rules that are set otherwise."""
    found = tuple(differences(inputs_of(then.plan), inputs_of(dossier.plan), dossier.plan))
    listed = changes(found, "Set otherwise", _SOURCE, by=False)
    return choose(listed, ("what", "name", "from", "to")).model_copy(update={"id": "since-set"})
