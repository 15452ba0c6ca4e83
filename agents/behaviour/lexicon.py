"""Which words the behaviour model knows: whole titles, phrases of the prompts, words and pieces of words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from agents.models.vocabulary import Vocabulary
from agents.prompts import SHARES, number, one_line, prompts
from simenv.types import Dataset

PIECES = 1500
YEARS = range(1900, 2031)
"""Those with which titles may end."""
_FIELD = re.compile(r"\{\w+\}")
_WORD = re.compile(r" ?([\w']+)")


def lexicon(datasets: Sequence[Dataset]) -> tuple[Vocabulary, Vocabulary]:
    """The vocabulary with every title of the data sets as one token, and the same without whole titles.

    Token numbers agree between both, so that training can write a title either way: a model that also reads
    titles as words can decide about items that it has never seen.
    """
    titles = [one_line(title) for dataset in datasets for title in dataset.catalog.titles]
    named = [one_line(title) for dataset in naming(datasets) for title in dataset.catalog.titles]
    plain = Vocabulary.over(
        [t.encode() for t in (*_phrases(datasets), *_words(titles), *_pieces(titles))], control=("end",)
    )
    whole = [f"\n{title}".encode() for title in named]
    return Vocabulary(tuple(dict.fromkeys([*plain.tokens, *whole]))), plain


def naming(datasets: Sequence[Dataset]) -> list[Dataset]:
    """The data sets whose titles become tokens: all but those that share titles with an earlier one.

    What else these have is read in words, as films are that came after the training; and their people teach
    how to decide, but not what titles say, as each title can be placed by one data set's people alone.
    """
    known: set[str] = set()
    fresh = []
    for dataset in datasets:
        if known.isdisjoint(dataset.catalog.titles):
            fresh.append(dataset)
        known.update(dataset.catalog.titles)
    return fresh


def _phrases(datasets: Sequence[Dataset]) -> Iterator[str]:
    """Everything that the templates write around the data, and every value that a field can take."""
    words = prompts()
    for template in texts({name: part for name, part in words.items() if name != "reason"}):
        for chunk in _FIELD.split(template.replace("{noun}", one_line(datasets[0].catalog.noun))):
            yield from filter(None, re.split(r"(?=\n)", chunk))
    for before in _FIELD.split(words["profile"]["habit"])[:2]:
        yield from (f"{before}{number(tenth / 10)}" for tenth in range(51))
    yield from (words["item"]["rating"].format(mean=number(tenth / 10)) for tenth in range(51))
    yield from (words["item"]["popularity"].format(share=f"{value:g}") for value in SHARES)
    yield from (words["memory"]["entry"].format(title="", stars=stars).strip("\n") for stars in range(1, 6))
    for field in ("satisfied", "tired"):
        yield from (f", {field} {value} of 10" for value in range(11))
    for theme in sorted({one_line(name) for dataset in datasets for name in dataset.catalog.theme_names}):
        item = words["item"]
        yield from (theme, f", {theme}", item["themes"].format(themes=theme), f"{item['between']}{theme}")
    for word in sorted({w for d in datasets for w in (*d.users.age, *d.users.occupation) if w}):
        yield words["profile"]["detail"].format(word=one_line(word))
    yield from (words["profile"]["who"].format(gender=g) for g in words["profile"]["gender"].values())


def texts(node: Any) -> Iterator[str]:
    """Every string of a nested template file."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from texts(child)
    elif isinstance(node, list):
        for child in node:
            yield from texts(child)


def _words(titles: Iterable[str]) -> Iterator[str]:
    """Words that titles share, with and without a space before them as they occur; and years."""
    counts: Counter[str] = Counter()
    forms: set[str] = set()
    for title in titles:
        for found in _WORD.finditer(title):
            counts[found[1]] += 1
            forms.add(found[0])
    yield from sorted(form for form in forms if counts[form.strip()] > 1)
    yield ", The"
    yield from (f" ({year})" for year in YEARS)


def _pieces(titles: Iterable[str]) -> Iterator[str]:
    """The most useful runs of two to four letters, so that an unknown word costs few tokens."""
    counts: Counter[str] = Counter()
    for title in titles:
        for word in _WORD.findall(title):
            for size in (2, 3, 4):
                counts.update(word[at : at + size] for at in range(len(word) - size + 1))
    useful = sorted(counts, key=lambda piece: (-counts[piece] * (len(piece) - 1), piece))
    yield from useful[:PIECES]
