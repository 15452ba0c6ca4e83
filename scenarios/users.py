"""What the agents of a scenario decide with: fitted taste, a language model, both, or one's own policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from inspect import signature
from pathlib import Path

import numpy as np

from agents.card import calibration_of
from agents.decision import Decision
from agents.language_policy import LanguagePolicy
from agents.mixed import ByCohort
from agents.models import open_model
from agents.models.cached import Cached
from agents.models.usage import Identified
from agents.population import people
from agents.surrogate.policy import Surrogate
from agents.surrogate.sight import Sight
from agents.taste import ItemTaste, fit_taste
from agents.taste_policy import TastePolicy
from scenarios.schema import Scenario
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.protocols import LanguageModel, Policy
from simenv.types import Catalog, Dataset, IntArray, Population

LIGHT, THINKING = 0, 1
"""Cohorts: who decides by taste, and who by language."""


@dataclass(frozen=True)
class Minds:
    """The agents, and what they decide with.

    Args:
        population: who they are.
        build: makes their policy from how decisions are made.
        model: what they think with, None where nobody does.
    """

    population: Population
    build: Callable[[Decision, LanguageModel | None], Policy]
    model: LanguageModel | None = None

    @classmethod
    def of(cls, scenario: Scenario, dataset: Dataset, chosen: IntArray) -> Minds:
        """The minds that a scenario names.

        Raises:
            UsageError: the model or policy is unknown or cannot be loaded.
        """
        return USERS.get(scenario.users, _own)(scenario, dataset, chosen)

    def policy(self, decision: Decision) -> Policy:
        """The agents' policy under one seed."""
        return self.build(decision, self.model)

    def remembering(self, path: Path) -> Minds:
        """The same minds with answers kept in a file, so that an interrupted round is not thought twice."""
        if not isinstance(self.model, Identified):
            return self
        return replace(self, model=Cached(self.model, path))


def _taste(_: Scenario, dataset: Dataset, chosen: IntArray) -> Minds:
    """Everybody is light."""
    population, items = _with_taste(dataset, chosen)
    return Minds(population, lambda decision, _model: TastePolicy(items, population, decision))


def _language(scenario: Scenario, dataset: Dataset, chosen: IntArray) -> Minds:
    """Everybody thinks."""
    nothing = np.zeros((len(chosen), 0), dtype=np.float32)
    population = people(dataset.catalog, dataset.users, dataset.train, chosen, nothing)
    think = _thinking(scenario, dataset.catalog, population)
    return Minds(population, think, _open(scenario))


def _mixed(scenario: Scenario, dataset: Dataset, chosen: IntArray) -> Minds:
    """A share of the agents thinks, the others are light; who thinks is luck."""
    population, items = _with_taste(dataset, chosen)
    thinks = stream(scenario.seed, "thinkers").uniform(population.user) < scenario.thinkers
    population = replace(population, cohort=np.where(thinks, THINKING, LIGHT).astype(np.int8))
    think = _thinking(scenario, dataset.catalog, population)

    def build(decision: Decision, model: LanguageModel | None) -> Policy:
        return ByCohort([TastePolicy(items, population, decision), think(decision, model)], population)

    return Minds(population, build, _open(scenario))


def _own(scenario: Scenario, dataset: Dataset, chosen: IntArray) -> Minds:
    """A policy from another package, built from ``population``, ``catalog`` and ``decision``."""
    population, _ = _with_taste(dataset, chosen)
    module, _, name = scenario.users.partition(":")
    try:
        kind = getattr(import_module(module), name)
        signature(kind).bind(population=None, catalog=None, decision=None)
    except (ImportError, AttributeError, TypeError, ValueError) as problem:
        raise UsageError(
            f"No policy at {scenario.users!r} ({problem}); expected 'package.module:Class' to be imported "
            "and built from population, catalog and decision."
        ) from problem
    if not callable(getattr(kind, "decide", None)):
        raise UsageError(f"{scenario.users!r} is no policy: expected a class with decide, found none.")
    return Minds(
        population,
        lambda decision, _: kind(population=population, catalog=dataset.catalog, decision=decision),
    )


def _surrogate(scenario: Scenario, dataset: Dataset, chosen: IntArray) -> Minds:
    """Everybody decides as language users were seen to decide, at light speed; ``model`` is the folder."""
    from scenarios.surrogates import Saved

    population, items = _with_taste(dataset, chosen)
    learned = Saved.read(Path(scenario.model), dataset).distilled
    sight = Sight(items, population, dataset.catalog)
    return Minds(population, lambda decision, _: Surrogate(sight, learned, decision))


USERS = {"language": _language, "mixed": _mixed, "surrogate": _surrogate, "taste": _taste}


def _with_taste(dataset: Dataset, chosen: IntArray) -> tuple[Population, ItemTaste]:
    taste = fit_taste(dataset)
    population = people(dataset.catalog, dataset.users, dataset.train, chosen, taste.users[chosen])
    return population, taste.items


def _thinking(
    scenario: Scenario, catalog: Catalog, population: Population
) -> Callable[[Decision, LanguageModel | None], Policy]:
    calibration = calibration_of(scenario.model)

    def build(decision: Decision, model: LanguageModel | None) -> Policy:
        if model is None:
            raise UsageError(
                "Expected a language model for thinking agents, found none; name one as `model:`."
            )
        return LanguagePolicy(
            model,
            population,
            catalog,
            decision,
            calibration=calibration,
            explained=range(scenario.reasons),
        )

    return build


def _open(scenario: Scenario) -> LanguageModel:
    model = open_model(scenario.model, **scenario.llama.model_dump(exclude_none=True))
    missing = [verb for verb in ("choose", "count") if not callable(getattr(model, verb, None))]
    if missing:
        raise UsageError(
            f"{scenario.model!r} is no language model: expected a class with choose and count, found none of "
            f"{', '.join(missing)}."
        )
    return model
