"""What is recommended: one idea per file, looked up by name here.

A new recommender plugs in as ``"package.module:Class"`` or as an entry point in the group
``simenv.recommenders``; a class whose constructor has a ``seed`` is given the run's.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from recommenders.settings import build
from simenv.errors import UsageError, unknown_name
from simenv.protocols import Recommender

_OURS = {
    "als": "recommenders.als:Als",
    "bpr": "recommenders.bpr:Bpr",
    "ease": "recommenders.ease:Ease",
    "item_knn": "recommenders.item_knn:ItemKnn",
    "linucb": "recommenders.linucb:LinUcb",
    "popularity": "recommenders.popularity:Popularity",
    "random": "recommenders.random:Random",
    "thompson": "recommenders.thompson:Thompson",
}


TRAINED = "model:"
"""What the names of trained recommenders begin with; the path of a folder follows."""


def names() -> list[str]:
    """The recommenders that can be named, ours and those that other packages add."""
    return sorted(_places())


def create(name: str, seed: int, settings: Mapping[str, Any]) -> Recommender:
    """The recommender of that name, not fitted yet.

    Args:
        name: one of ``names()``, ``"package.module:Class"``, or ``"model:FOLDER"``, a training's folder.
        seed: the luck of a random recommender.
        settings: keyword arguments of its constructor.

    Raises:
        UsageError: the name is unknown, or a setting does not fit.
    """
    places = _places()
    if name.startswith(TRAINED):
        return _trained(Path(name.removeprefix(TRAINED)), seed, settings)
    if name not in places and ":" not in name:
        raise unknown_name("recommender", name, places)
    return build(name, _load(places.get(name, name)), seed, settings)


def _places() -> dict[str, str]:
    """Where each named recommender is, as ``package.module:Class``."""
    added = {entry.name: entry.value for entry in entry_points(group="simenv.recommenders")}
    return {**added, **_OURS}


def _trained(folder: Path, seed: int, settings: Mapping[str, Any]) -> Recommender:
    """The trained recommender in a folder."""
    try:
        from recommenders.trained import opened  # torch is slow to import
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"Expected the libraries of trained recommenders, found no module {missing.name!r}; install them "
            "with: pip install 'simenv[rl]'."
        ) from missing
    return opened(folder, seed, settings)


def _load(place: str) -> type[Recommender]:
    """The class at ``package.module:Class``."""
    module, _, attribute = place.partition(":")
    try:
        kind: type[Recommender] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"No recommender at {place!r} ({error}); expected 'package.module:Class' that can be imported."
        ) from error
    missing = [verb for verb in ("fit", "recommend", "learn") if not callable(getattr(kind, verb, None))]
    if missing:
        raise UsageError(
            f"{place!r} is no recommender: expected a class with fit, recommend and learn, found none of "
            f"{', '.join(missing)}."
        )
    return kind
