"""Lists, words and ratings that should agree with each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from models.assumptions import RaidItem
from models.lint import LintFinding
from models.published import ListMember, UsedWord
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Subject, counted, listed

__all__ = ["CHECKS"]


def _lists(subject: Subject) -> Checked:
    """Ask whether lists about the same thing have the same members."""
    about: dict[str, dict[str, list[ListMember]]] = {}
    for entry in subject.published.lists:
        about.setdefault(entry.about, {}).setdefault(entry.list, []).append(entry)
    found: list[LintFinding] = []
    for topic, lists in about.items():
        for (first, ours), (second, theirs) in itertools.combinations(lists.items(), 2):
            mine, other = {entry.member for entry in ours}, {entry.member for entry in theirs}
            if mine == other:
                continue
            sides = [
                f"{listed(sorted(names))} only among the {name}"
                for name, names in ((first, mine - other), (second, other - mine))
                if names
            ]
            found.append(
                finding(
                    "lists-differ",
                    "medium",
                    [first, second],
                    f"two lists of {topic} differ: {'; '.join(sides)}",
                    key=f"{topic}:{len(found) + 1}",
                    citation=[citation for entry in (*ours, *theirs) for citation in entry.citation],
                )
            )
    looked = sum(len(lists) for lists in about.values())
    return Checked(looked, found, None if looked else "no lists are at hand")


def _terms(subject: Subject) -> Checked:
    """Ask whether one thing goes by one word."""
    words: dict[str, list[UsedWord]] = {}
    for entry in subject.published.terms:
        words.setdefault(entry.subject, []).append(entry)
    found = [
        finding(
            "terms",
            "low",
            [thing],
            f"{thing} goes by {counted(len(entries), 'word')}: {listed(entry.term for entry in entries)}",
            key=thing.replace(" ", "-"),
            citation=[citation for entry in entries for citation in entry.citation],
        )
        for thing, entries in words.items()
        if len({entry.term for entry in entries}) > 1
    ]
    return Checked(len(words), found, None if words else "no words are at hand")


def _same_matter(subject: Subject) -> Iterator[tuple[RaidItem, RaidItem]]:
    """Yield entries of one kind and reference that bear on one and the same number."""
    stated = set(subject.plan.values)
    for first, second in itertools.combinations(subject.plan.raid, 2):
        same = first.kind == second.kind and first.reference is not None and first.reference == second.reference
        if same and set(first.touches) & set(second.touches) & stated:
            yield first, second


def _ratings(subject: Subject) -> Checked:
    """Ask whether one matter is rated in one way."""
    found = [
        finding(
            "ratings",
            "low",
            [first.id, second.id],
            f"{first.id} and {second.id} speak of one matter ({first.reference}) and rate it {first.rating} and {second.rating}",
            key=f"{first.id}:{second.id}",
            citation=(*first.citation, *second.citation),
        )
        for first, second in _same_matter(subject)
        if first.rating != second.rating
    ]
    looked = len(subject.plan.raid)
    return Checked(looked, found, None if looked else "the plan has no register")


CHECKS = (
    Check("lists-differ", "Lists about the same thing agree", _lists),
    Check("terms", "One thing goes by one word", _terms),
    Check("ratings", "One matter is rated in one way", _ratings),
)
