"""The town's films: a thousand that nobody has made, written from word lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from simenv.luck import Stream, stream
from simenv.types import IntArray

LAST_YEAR = 2020
AGE_QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0), (0.0, 3.0, 7.0, 19.0, 42.0, 55.0, 91.0)
"""Share of the films, and how many years before the last film they came out at most."""

_FIELDS = ("number", "doing", "where", "when", "order", "place", "surname")


@dataclass(frozen=True, slots=True)
class Films:
    """What can be watched in town: one entry per film."""

    titles: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]


@cache
def words() -> Mapping[str, Any]:
    """The word lists of the town."""
    return yaml.safe_load(Path(__file__).with_name("town_words.yaml").read_text(encoding="utf-8"))


def films(seed: int, items: int) -> Films:
    """Invent films: genres joined as in MovieLens 1M, titles that are all different, one-line plots."""
    genres = _genres(seed, items)
    years = _years(seed, items)
    names: dict[str, None] = {}
    for item, themes in enumerate(genres):
        tries = (_title(Dice(stream(seed, "town/titles"), item, n), themes[0]) for n in count())
        names[next(name for name in tries if name not in names)] = None
    luck = stream(seed, "town/plots")
    return Films(
        titles=tuple(f"{name} ({year})" for name, year in zip(names, years.tolist(), strict=True)),
        genres=genres,
        text=tuple(_plot(Dice(luck, item, 0), themes) for item, themes in enumerate(genres)),
    )


class Dice:
    """One film's luck: each throw picks from a list."""

    def __init__(self, luck: Stream, item: int, attempt: int) -> None:
        self._throws = iter(luck.bits(item, attempt, np.arange(24)).tolist())

    def pick(self, options: Sequence[Any]) -> Any:
        """One of the options, each as likely."""
        return options[next(self._throws) % len(options)]


def _genres(seed: int, items: int) -> tuple[tuple[str, ...], ...]:
    """Each film's genres: as many films of each kind as the shares say, in random order."""
    rows = [line.split(" ", 1) for line in words()["genres"].splitlines()]
    shares = np.cumsum([int(row[0]) for row in rows])
    places = (2 * np.arange(items) + 1) * shares[-1]
    kinds = np.searchsorted(2 * items * shares, places, side="right")
    kinds = kinds[stream(seed, "town/genres").order(np.arange(items))]
    return tuple(tuple(rows[kind][1].split("|")) for kind in kinds)


def _years(seed: int, items: int) -> IntArray:
    """Years of release: int32 (items,), as many years before the last one as in MovieLens 1M."""
    luck = stream(seed, "town/years").uniform(np.arange(items)).astype(np.float64)
    return (LAST_YEAR - np.floor(np.interp(luck, *AGE_QUANTILES))).astype(np.int32)


def _title(dice: Dice, theme: str) -> str:
    """A title made from the words of the film's first genre."""
    general, own = words()["words"], words()["themes"][theme]
    form = dice.pick([row["form"] for row in words()["titles"] for _ in range(row["weight"])])
    noun, noun2 = (dice.pick(own["nouns"]).split("/") for _ in range(2))
    name = dice.pick(general["name"])
    return form.format(
        noun=noun[0],
        nouns=noun[1],
        noun2=noun2[0] if noun2 != noun else "Return",
        adjective=dice.pick(own["adjectives"]),
        name=name,
        name2=dice.pick([other for other in general["name"] if other != name]),
        **{field: dice.pick(general[field]) for field in _FIELDS},
    )


def _plot(dice: Dice, themes: Sequence[str]) -> str:
    """One line: the first genre's story, with a turn for each of the others."""
    general = words()["plots"]
    who = dice.pick(general["who"])
    story = dice.pick(words()["themes"][themes[0]]["plots"]).format(
        who=who,
        who2=dice.pick([other for other in general["who"] if other != who]),
        foe=dice.pick(general["foe"]),
        thing=dice.pick(general["thing"]),
        animal=dice.pick(general["animal"]),
        place=dice.pick(words()["words"]["place"]),
    )
    turns = [dice.pick(words()["themes"][theme]["turns"]) for theme in themes[1:]]
    line = ", ".join([story.rstrip("."), *turns])
    return f"{line[0].upper()}{line[1:]}."
