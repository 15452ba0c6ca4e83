"""Taste as numbers: who comes to watch what, and how many stars they give, learned from the train split."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path

import numpy as np

from agents.calibration import line_through_zero, logistic_regression, never_rated, ordered_logit
from agents.factors import Space, Wide, learned_space
from simenv.data.splits import held_out
from simenv.errors import SimenvError
from simenv.luck import stream
from simenv.types import Dataset, FloatArray, IntArray, Interactions

_log = logging.getLogger(__name__)

VERSION = 1
"""Of the arithmetic: what an older one has fitted is fitted again."""


@dataclass(frozen=True, slots=True)
class ItemTaste:
    """The items' side of taste: what an agent wants is its row of taste times these columns.

    The log-odds of watching are an item's lure plus the product of both watch factors; latent stars are the
    item's level, plus the agent's own, plus the product of both star factors. Stars come from latent stars
    by an ordered logit (as Koren and Sill, 2011, use it): P(stars <= k) = 1 / (1 + e to the
    (latent - cut k) / spread).

    Args:
        watch, stars: float32 (items, factors).
        lure: float32 (items,), log-odds, for as many items watched as not.
        level: float32 (items,), stars.
        cuts: float32 (4,), latent stars, rising.
        spread: float32 (), latent stars.
    """

    watch: FloatArray
    lure: FloatArray
    stars: FloatArray
    level: FloatArray
    cuts: FloatArray
    spread: FloatArray


@dataclass(frozen=True, slots=True)
class TasteModel:
    """A taste for everybody in the data, and a way to one for anybody else.

    Args:
        users: float32 (users, 2 * factors + 1): watch factors, star factors, own level; the rows of a
            population's people are its ``taste``.
        items: the other side.
        space: where people are placed.
    """

    users: FloatArray
    items: ItemTaste
    space: Space

    def fold_in(self, people: Interactions) -> FloatArray:
        """Rows of taste for other people who rated the same items: float32 (users, 2 * factors + 1).

        In closed form: the train split, folded in, gives ``users``.
        """
        return self.space.people(people)


def fit_taste(dataset: Dataset, factors: int = 16) -> TasteModel:
    """Learn taste from a data set's train split, or remember it from the last time.

    What was learned is kept in ``$XDG_CACHE_HOME/simenv/taste``; a damaged file there is written anew.
    """
    path = _cache() / f"{_key(dataset, factors)}.npz"
    kept = _load(path, dataset, factors)
    if kept is None:
        kept = learned_taste(dataset.train, factors)
        _save(path, kept)
    return kept


def learned_taste(train: Interactions, factors: int = 16) -> TasteModel:
    """Learn everybody's taste: the same bytes every time on one machine.

    Factors are learned without a fifth of each person's ratings and weighed on that fifth: on who came,
    against as many items that these people never rated, and on its stars. Then they are learned again from
    everything and keep the weights.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        held = held_out(train, seed=0)
        weights = _weights(learned_space(train.where(~held), factors), train, held)
        space = learned_space(train, factors)
        return TasteModel(space.people(train), weights.items(space), space)


@dataclass(frozen=True, slots=True)
class _Weights:
    """How much the parts of a space count: (once, watch factors, fame), star factors; the ordered logit."""

    watch: Wide
    stars: float
    cuts: FloatArray
    spread: FloatArray

    def items(self, space: Space) -> ItemTaste:
        once, factors, fame = self.watch
        return ItemTaste(
            (factors * space.watch).astype(np.float32),
            (once + fame * space.fame()).astype(np.float32),
            (self.stars * space.stars).astype(np.float32),
            space.level,
            self.cuts,
            self.spread,
        )


def _weights(early: Space, train: Interactions, held: np.typing.NDArray[np.bool_]) -> _Weights:
    """Weigh a space that was learned from what is not held out on what is."""
    people, late = early.people(train.where(~held)), train.where(held)
    user, item = never_rated(late, train, stream(0, "never rated"))
    came = _terms(early, people, late.user, late.item)
    stayed = _terms(early, people, user, item)
    happened = np.arange(len(came) + len(stayed)) < len(came)
    rated = late.where(~np.isnan(late.rating))
    _, product, level = early.scores(people, rated.user, rated.item)
    slope = line_through_zero(product, rated.rating - level)
    cuts, spread = ordered_logit(level + slope * product, rated.rating)
    return _Weights(logistic_regression(np.concatenate([came, stayed]), happened), slope, cuts, spread)


def _terms(space: Space, people: FloatArray, user: IntArray, item: IntArray) -> Wide:
    """What the log-odds of coming are made of: float64 (n, 3)."""
    return np.column_stack([np.ones(len(user)), space.scores(people, user, item)[0], space.fame()[item]])


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "simenv" / "taste"


def _key(dataset: Dataset, factors: int) -> str:
    return sha256(f"{dataset.sha256}/{factors}/{VERSION}".encode()).hexdigest()


def _columns(model: TasteModel) -> dict[str, FloatArray]:
    columns = {"users": model.users}
    for part, name in ((model.items, "items"), (model.space, "space")):
        columns |= {f"{name}.{field.name}": getattr(part, field.name) for field in fields(part)}
    return columns


def _save(path: Path, model: TasteModel) -> None:
    """Keep a model where that is possible; it can always be learned again."""
    from simenv.records.whole import whole_file

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path, "run it again") as file:
            np.savez(file, allow_pickle=False, **_columns(model))
    except (OSError, SimenvError) as problem:
        _log.warning("What was learned about taste is not kept for the next time: %s", problem)


def _load(path: Path, dataset: Dataset, factors: int) -> TasteModel | None:
    """A model that was kept, None where there is none or it is damaged (the zip's checksums tell)."""
    try:
        with path.open("rb") as source, np.load(source, allow_pickle=False) as file:
            columns = {name: file[name] for name in file.files}
        items, space = (
            {name.removeprefix(prefix): column for name, column in columns.items() if name.startswith(prefix)}
            for prefix in ("items.", "space.")
        )
        model = TasteModel(columns["users"], ItemTaste(**items), Space(**space))
    except Exception:  # whatever is wrong with the file, the taste can be learned again
        return None
    return model if _fits(model, dataset.train, factors) else None


def _fits(model: TasteModel, train: Interactions, factors: int) -> bool:
    """Whether a model is one of these people and items."""
    items, space = model.items, model.space
    expected = [
        ((train.users, 2 * factors + 1), (model.users,)),
        ((train.items, factors), (items.watch, items.stars, space.watch, space.stars)),
        ((train.items,), (items.lure, items.level, space.counts, space.level)),
        ((4,), (items.cuts,)),
        ((), (items.spread,)),
    ]
    float32 = np.dtype(np.float32)
    found = [(column.shape, column.dtype) for _, columns in expected for column in columns]
    return found == [(shape, float32) for shape, columns in expected for _ in columns]
