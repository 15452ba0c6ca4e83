"""From what a file says to a data set: one order, one split, one fingerprint, whatever the source."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from simenv.data.splits import item_statistics, split
from simenv.types import NOTHING, BoolArray, Catalog, Dataset, IntArray, Interactions, Users

_NO_GENRE = {"", "(no genres listed)", "unknown"}
_YEAR = re.compile(r"\((\d{4})(?:[–-]\d{0,4})?\)")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source says, before anything is held out.

    Args:
        noun: what one item is called in a prompt, for example "film".
        ids, titles: of the items.
        genres: the names of each item's themes, one tuple per item.
        text: one line about each item, "" where there is none.
        users: people.
        interactions: every rating, at most one for each user and item, in any order.
        mapping: how the source's own scale became stars, in words.
    """

    noun: str
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]
    users: Users
    interactions: Interactions
    mapping: str = "stars as given"


def assemble(name: str, parsed: Parsed, seed: int) -> Dataset:
    """Put entries in order (user, then time, then item), hold some out, and measure the rest."""
    whole = parsed.interactions
    whole = whole.where(np.lexsort((whole.item, whole.time, whole.user)))
    train, test = split(whole, seed)
    popularity, mean_rating = item_statistics(train)
    themes, theme_names = multi_hot(parsed.genres)
    catalog = Catalog(
        noun=parsed.noun,
        ids=parsed.ids,
        titles=parsed.titles,
        years=years_of(parsed.titles),
        themes=themes,
        theme_names=theme_names,
        popularity=popularity,
        mean_rating=mean_rating,
        text=parsed.text,
    )
    return Dataset(name, fingerprint(parsed, train, test), catalog, parsed.users, train, test, parsed.mapping)


def fingerprint(parsed: Parsed, train: Interactions, test: Interactions) -> str:
    """The sha256 of words and numbers as parsed and as split; the form of the source leaves no trace."""
    users = parsed.users
    words = [parsed.noun, parsed.ids, parsed.titles, parsed.genres, parsed.text, parsed.mapping]
    words += [users.ids, users.gender, users.age, users.occupation]
    digest = sha256(json.dumps(words, separators=(",", ":")).encode())
    for part in (train, test):
        digest.update(len(part).to_bytes(8, "little"))
        for column, kind in (
            (part.user, "<i4"),
            (part.item, "<i4"),
            (part.rating, "<f4"),
            (part.time, "<i8"),
        ):
            digest.update(np.ascontiguousarray(column, dtype=kind).data)
    return digest.hexdigest()


def years_of(titles: Sequence[str]) -> IntArray:
    """The last year in brackets in each title: int32 (items,), NOTHING where there is none."""
    found = [_YEAR.findall(title) for title in titles]
    return np.array([int(years[-1]) if years else NOTHING for years in found], dtype=np.int32)


def genres_between_bars(text: str) -> tuple[str, ...]:
    """Genres as MovieLens writes them, ``Comedy|Drama``; none where the data say that there are none."""
    names = (name.strip() for name in text.split("|"))
    return tuple(name for name in names if name not in _NO_GENRE)


def multi_hot(genres: Sequence[Sequence[str]]) -> tuple[BoolArray, tuple[str, ...]]:
    """Genre names as columns, in alphabetical order: bool (items, themes) and the names."""
    names = tuple(sorted({name for row in genres for name in row}))
    column = {name: c for c, name in enumerate(names)}
    themes = np.zeros((len(genres), len(names)), dtype=np.bool_)
    for item, row in enumerate(genres):
        themes[item, [column[name] for name in row]] = True
    return themes, names
