"""A scenario's people as an environment: who they are, how they decide, and where candidates come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from agents.crowd import Crowd
from agents.population import sample_users
from agents.taste_policy import TastePolicy
from recommenders.personal import Personal
from scenarios.building import Lab
from scenarios.loading import load_scenario
from scenarios.schema import Arm, Scenario
from scenarios.users import Minds
from simenv.data import load
from simenv.errors import UsageError
from simenv.gym.errors import UnknownSettingError
from simenv.gym.feed import Feed
from simenv.gym.retrievers import Drawn, Ordered, Ranked, Recommended, Retriever
from simenv.people import People
from simenv.types import IntArray

_ROOM = 64_000_000
"""Places in orders that are kept, one for each agent and item: 256 MB."""

Finder = Callable[[int], Retriever]
"""From a seed to where candidates come from."""


def feed(
    agents: IntArray,
    scenario: str,
    values: Mapping[str, Any],
    *,
    retriever: str | Mapping[str, Any] | None = "popularity",
    **shown: Any,
) -> Feed:
    """The people of a scenario, ready to be shown pages.

    Everybody in the data is there, in the order of the scenario's runs: agent i is agent i of a run.

    Args:
        agents: int32 (rows,), who of them.
        scenario, values: the scenario's name or file, and what to change in it.
        retriever: where candidates come from: any recommender's name, or its name with settings (fitted on
            the train split, never learning), or None where recommenders search for themselves.
        shown: ``candidates`` and ``sights`` of a ``Feed``.

    Raises:
        UnknownSettingError: a name or value that cannot be, or more agents than there are people.
    """
    try:
        arm = Arm.model_validate("popularity" if retriever is None else retriever)
        chosen = load_scenario(scenario, {**values, "recommenders": [arm.model_dump()]})
        lab, finder = _shared(chosen.model_dump_json())
    except (UsageError, ValueError) as problem:
        raise UnknownSettingError(str(problem)) from problem
    if len(lab.population) <= agents.max(initial=0):
        raise UnknownSettingError(
            f"Expected agents up to {len(lab.population) - 1}, the last person of data set "
            f"{lab.dataset.name!r}, found {agents.max()}; make fewer environments or name larger data."
        )
    return Feed(
        agents=agents,
        catalog=lab.dataset.catalog,
        people=lambda seed: _people(lab, seed),
        retriever=None if retriever is None else finder,
        slots=chosen.slots,
        rounds=chosen.rounds,
        window=chosen.window,
        together=not Crowd.suits(lab.people(0).policy),
        **shown,
    )


@lru_cache(maxsize=1)
def _shared(scenario: str) -> tuple[Lab, Finder]:
    """What all environments of one scenario (as JSON) share: data, model, and where candidates come from."""
    chosen = Scenario.model_validate_json(scenario)
    dataset = load(chosen.dataset)
    everybody = sample_users(dataset, len(np.unique(dataset.train.user)), chosen.seed)
    lab = Lab(chosen, dataset, Minds.of(chosen, dataset, everybody))
    (arm,) = chosen.recommenders
    return lab, RETRIEVERS.get(arm.use, _recommended)(lab, arm)


def _people(lab: Lab, seed: int) -> People:
    """The scenario's people, in their quickest form."""
    people = lab.people(seed)
    if isinstance(people.policy, TastePolicy) and Crowd.suits(people.policy):
        return Crowd(people.policy, pages=people.pages, seed=seed)
    return people


def _popular(lab: Lab, _: Arm) -> Finder:
    order = np.argsort(-lab.dataset.catalog.popularity, kind="stable").astype(np.int32)
    return lambda _seed: Ordered(order)


def _drawn(lab: Lab, _: Arm) -> Finder:
    return lambda seed: Drawn(len(lab.dataset.catalog), seed)


def _recommended(lab: Lab, arm: Arm) -> Finder:
    recommender = lab.recommender(arm, lab.scenario.seed)
    size = len(lab.population), len(lab.dataset.catalog)
    if isinstance(recommender, Personal) and size[0] * size[1] <= _ROOM:
        ranked = Ranked(recommender.ranking, *size)
        return lambda _seed: ranked
    fitted = Recommended(recommender)
    return lambda _seed: fitted


RETRIEVERS: Mapping[str, Callable[[Lab, Arm], Finder]] = {"popularity": _popular, "random": _drawn}
"""Retrievers that are quicker than the recommenders of these names, which do the same."""
