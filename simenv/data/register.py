"""Data sets by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from simenv.errors import UsageError, unknown_name
from simenv.types import Dataset

Loader = Callable[[int], Dataset]
"""From a seed (it decides what is held out) to a data set."""

GROUP = "simenv.datasets"
"""The entry point group in which other packages offer loaders."""

_OWN = {
    "jester-1": "simenv.data.jester:jester_1",
    "ml-100k": "simenv.data.movielens:ml_100k",
    "ml-1m": "simenv.data.movielens:ml_1m",
    "ml-latest-small": "simenv.data.movielens:ml_latest_small",
    "town": "simenv.data.town:town",
}
_PLACE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def names() -> list[str]:
    """The data sets that ``load`` knows by name, in alphabetical order."""
    return sorted(_known())


def load(name: str, seed: int = 0) -> Dataset:
    """The data set of that name, its held-out part chosen by ``seed``.

    Args:
        name: one of ``names()``, or ``package.module:function``, or the path of one's own ratings
            (a CSV file, or a folder with ``ratings.csv``).
        seed: decides what is held out, where the data's times do not; and the town, where that is the name.

    Raises:
        UsageError: no such name, or data that cannot be read.
    """
    place = _known().get(name)
    if place is None and _PLACE.fullmatch(name):
        place = name
    if place is not None:
        return _loader(place)(seed)
    if "/" in name or "\\" in name or name.endswith(".csv"):
        return _own_reader()(name, seed)
    raise unknown_name("dataset", name, _known())


def _known() -> dict[str, str]:
    """Where each named loader is: our own, and those of installed packages (ours win)."""
    return {point.name: point.value for point in entry_points(group=GROUP)} | _OWN


def _loader(place: str) -> Loader:
    """The function at ``package.module:function``."""
    try:
        loader: Loader = EntryPoint("", place, GROUP).load()
    except (ImportError, AttributeError) as problem:
        raise UsageError(f"Expected a dataset loader at {place!r}, but found none: {problem}.") from problem
    return loader


def _own_reader() -> Callable[[str, int], Dataset]:
    """The reader of a person's own files, imported when it is asked for."""
    from simenv.data.own import read

    return read
