"""People who rated every joke: whatever a recommender shows them, what they think of it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.behaviour.plan import joined
from scenarios.validity.asking import Interview
from scenarios.validity.people import Group, Judged
from scenarios.validity.ranking import LIKED, MODEL, POPULARITY, ByTaste, Ranking, Simulant, Stage
from scenarios.validity.systems import System, visit_of
from simenv.data import load
from simenv.data.jester import NAME, rated_everything
from simenv.data.splits import item_statistics
from simenv.luck import stream
from simenv.metrics.resampling import Bootstrap
from simenv.ragged import Ragged
from simenv.types import NOTHING, Dataset, IntArray, Interactions

AGENTS_KNOW, SYSTEMS_KNOW = 15, 15
"""Jokes of each person that simulated people know of themselves, and that recommenders know of them."""
_STARS = np.arange(1, 6, dtype=np.float32)


def complete_people(dataset: Dataset, most: int) -> tuple[Judged, Interactions]:
    """Some of those who rated everything, reported on; learned from is everybody who did not.

    Returns:
        The judged, who know of themselves what agents may know and hide what may be shown to them; and what
        recommenders know of all complete people, the others' included.
    """
    whole, everybody = joined(dataset), rated_everything(dataset)
    complete = np.isin(whole.user, everybody)
    own, train = whole.where(complete), whole.where(~complete)
    place = _places(own)
    chosen = np.sort(everybody[stream(0, "validity.jokes").order(0, everybody)][:most])
    mine = np.isin(own.user, chosen)
    group = Group(
        chosen,
        own.where(mine & (place < AGENTS_KNOW)),
        own.where(mine & (place >= AGENTS_KNOW + SYSTEMS_KNOW)),
    )
    popularity, mean_rating = item_statistics(train)
    catalog = replace(dataset.catalog, popularity=popularity, mean_rating=mean_rating)
    nobody = Group(chosen[:0], own.where(mine & False), own.where(mine & False))
    judged = Judged(
        dataset.name, catalog, dataset.users, train, nobody, group, np.zeros(0, dtype=bool), "by luck"
    )
    known = (place >= AGENTS_KNOW) & (place < AGENTS_KNOW + SYSTEMS_KNOW)
    return judged, own.where(known & (own.rating > LIKED))


def staged(judged: Judged, known: Interactions, systems: Sequence[System]) -> Stage:
    """Show people jokes that neither they nor the systems know yet; real is the mean of their true stars."""
    group = judged.reported
    hidden = Ragged.grouped(group.row_of(group.held.user), group.held.item, len(group))
    stars = np.full((len(group), len(judged.catalog)), np.nan)
    stars[group.row_of(group.held.user), group.held.item] = group.held.rating
    visit = visit_of(group.user, _others(group.user, hidden, known))
    shown = np.stack([system.shown(known, visit) for system in systems], axis=1)
    stage = Stage(group, [system.name for system in systems], shown, np.zeros(shown.shape[:2]))
    row, item = stage.pairs()
    return replace(stage, real=stage.worth(stars[row, item].astype(np.float32)))


def ranking(interview: Interview, systems: Sequence[System], people: int) -> Ranking:
    """On people who rated every joke: expected stars on pages against their true stars.

    Raises:
        UsageError: the data set is not on this machine.
    """
    judged, known = complete_people(load(NAME), people)
    stage, own = staged(judged, known, systems), judged.population(judged.reported)
    taste, catalog = ByTaste(judged, stage.agents), judged.catalog
    simulants: dict[str, Simulant] = {
        MODEL: lambda row, item: interview.ask(catalog, own, row, item).expected,
        "taste": lambda row, item: taste.wishes(row, item)[1] @ _STARS,
        POPULARITY: lambda _, item: catalog.popularity[item],
        "mean_rating": lambda _, item: np.nan_to_num(catalog.mean_rating[item]),
    }
    return Ranking.of(stage, simulants, Bootstrap(len(stage.agents)))


def _others(user: IntArray, hidden: Ragged, like: Interactions) -> Interactions:
    """Every joke that is not hidden, as if each person had seen it."""
    seen = np.ones((len(user), like.items), dtype=bool)
    seen[np.repeat(np.arange(len(user)), hidden.lengths()), hidden.values] = False
    row, item = np.nonzero(seen)
    none = np.full(len(row), np.nan, dtype=np.float32)
    time = np.full(len(row), NOTHING, dtype=np.int64)
    return Interactions(user[row], item.astype(np.int32), none, time, like.users, like.items)


def _places(own: Interactions) -> IntArray:
    """Where each rating stands in its person's ratings, in random order: int32 (n,)."""
    order = np.lexsort((stream(0, "validity.jokes").bits(1, own.user, own.item), own.user))
    place = np.empty(len(own), dtype=np.int32)
    user = own.user[order]
    place[order] = np.arange(len(user)) - np.searchsorted(user, user)
    return place
