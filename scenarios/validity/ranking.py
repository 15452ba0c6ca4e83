"""Whether simulated people rank recommenders as real ones do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.decision import Decision
from agents.language_policy import Calibration
from agents.taste import learned_taste
from agents.taste_policy import TastePolicy
from scenarios.validity.asking import Answers, Interview
from scenarios.validity.controls.every import Controls
from scenarios.validity.evidence import Evidence
from scenarios.validity.leaves import exactly
from scenarios.validity.pages import UNIFORM
from scenarios.validity.people import Group, Judged
from scenarios.validity.systems import System, visit_of
from simenv.luck import stream
from simenv.metrics.agreement import Agreement, agreement
from simenv.metrics.probabilities import shifted
from simenv.metrics.resampling import Bootstrap, Figure
from simenv.ragged import Ragged
from simenv.types import NOTHING, BoolArray, FloatArray, IntArray, Interactions, Slate, Visit

LIKED = 3.0
"""More stars than this are a like."""
PEOPLE, MODEL, POPULARITY = "people", "model", "popularity"
_DAMPING = 5

Wide = npt.NDArray[np.float64]
Simulant = Callable[[IntArray, IntArray], FloatArray]
"""Stands in for people: from rows and items (n,) to how much each row would like each item (n,)."""


@dataclass(frozen=True)
class Stage:
    """What systems show to people, and what people really made of it.

    Args:
        agents: the people as simulated ones know themselves: with one half of their context.
        systems: names.
        shown: int32 (people, systems, slots), NOTHING where a system had nothing left.
        real: float64 (people, systems), what the pages were worth to the real people.
    """

    agents: Group
    systems: Sequence[str]
    shown: IntArray
    real: Wide

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Rows and items of everything that is shown, slot by slot."""
        row = np.repeat(np.arange(len(self.agents), dtype=np.int32), self.shown[0].size)
        real = self.shown.ravel() != NOTHING
        return row[real], self.shown.ravel()[real]

    def worth(self, likes: FloatArray) -> Wide:
        """Mean over each page's slots of what stands beside ``pairs``: float64 (people, systems)."""
        slots = np.zeros(self.shown.shape)
        slots[self.shown != NOTHING] = likes
        return np.asarray(slots.sum(axis=2) / np.maximum((self.shown != NOTHING).sum(axis=2), 1))


def staged(judged: Judged, systems: Sequence[System]) -> Stage:
    """Show people what systems recommend that know one half of their context; agents know the other half.

    Real people like what is hidden and got more than ``LIKED`` stars (or no stars where the data only count);
    what they never rated counts as not liked.
    """
    group = judged.reported
    first = halved(group.context)
    known = group.context.where(~first)
    visit = visit_of(group.user, group.context)
    shown = np.stack([system.shown(known, visit) for system in systems], axis=1)
    held = group.held.where(~(group.held.rating <= LIKED))
    liked = Ragged.grouped(group.row_of(held.user), held.item, len(group))
    hits = np.stack([np.isin(page, own) for page, own in zip(shown, liked, strict=True)])
    none = np.zeros(shown.shape[:2])
    agents = replace(group, context=group.context.where(first))
    stage = Stage(agents, [system.name for system in systems], shown, none)
    return replace(stage, real=stage.worth(hits[shown != NOTHING].astype(np.float32)))


def halved(context: Interactions) -> BoolArray:
    """Which ratings go to the agents, the others going to the recommenders: bool (n,), about one half."""
    return np.asarray(stream(0, "validity.halves").uniform(context.user, context.item) < 0.5)


def likes_of(answers: Answers, calibration: Calibration) -> FloatArray:
    """How likely each answer is a like on a page of a simulation: watched, and more than ``LIKED`` stars."""
    return lifted(calibration(answers.yes)) * liking(answers.stars)


def liking(stars: FloatArray) -> FloatArray:
    """Probability of more than ``LIKED`` stars: float32 (n,)."""
    return np.asarray(stars[:, np.arange(1, 6) > LIKED].sum(axis=1))


def lifted(chance: FloatArray) -> FloatArray:
    """P(wants) at the base rate of a page, from what holds where half is wanted: float32 (n,)."""
    page = Decision(seed=0)
    return shifted(chance, page.prevalence, page.base_rate)


class ByTaste:
    """Light agents: they know of the learners and of their own half of the context."""

    def __init__(self, judged: Judged, agents: Group) -> None:
        model = learned_taste(judged.train)
        rows = model.fold_in(agents.context)[agents.user]
        population = replace(judged.population(agents), taste=rows)
        self._policy = TastePolicy(model.items, population, Decision(seed=0))

    def __call__(self, row: IntArray, item: IntArray) -> FloatArray:
        affinity, stars = self.wishes(row, item)
        return lifted(affinity) * liking(stars)

    def wishes(self, row: IntArray, item: IntArray) -> tuple[FloatArray, FloatArray]:
        """P(wants) (n,), and probability of each number of stars (n, 5)."""
        start = np.zeros(len(row), dtype=np.int32)
        slate = Slate.certain(Visit(start, start, start, row, Ragged.empty(len(row))), item[:, None])
        affinity, stars = self._policy.wishes(slate)
        return affinity[:, 0], stars[:, 0]


class ByPopularity:
    """Everybody wants what many learners took and liked."""

    def __init__(self, train: Interactions) -> None:
        liked = train.where(~(train.rating <= LIKED))
        people = max(1, len(np.unique(train.user)))
        self._share = (np.bincount(liked.item, minlength=train.items) / people).astype(np.float32)

    def __call__(self, row: IntArray, item: IntArray) -> FloatArray:
        del row
        return np.asarray(self._share[item])


class ByStacking:
    """The control that knows everything but language; what it wants it likes as often as the learners did."""

    def __init__(self, controls: Controls, judged: Judged, agents: Group) -> None:
        self._opinions, train = controls.of(agents), judged.train
        liked = np.bincount(train.where(~(train.rating <= LIKED)).item, minlength=train.items)
        usual = liked.sum() / max(1, len(train))
        taken = np.bincount(train.item, minlength=train.items)
        self._liking = ((liked + _DAMPING * usual) / (taken + _DAMPING)).astype(np.float32)

    def __call__(self, row: IntArray, item: IntArray) -> FloatArray:
        return lifted(self._opinions.about(UNIFORM, row, item)["stacked"]) * self._liking[item]


@dataclass(frozen=True)
class Ranking:
    """How real and simulated people order the same systems.

    Args:
        systems: names.
        worth: what each system is worth on average, by judge: ``people`` are the real ones.
        agreement: of each simulated judge with them.
    """

    systems: Sequence[str]
    worth: Mapping[str, Sequence[Figure]]
    agreement: Mapping[str, Agreement]

    @classmethod
    def of(cls, stage: Stage, simulants: Mapping[str, Simulant], bootstrap: Bootstrap) -> Ranking:
        """Let everybody judge every page."""
        row, item = stage.pairs()
        said = {name: stage.worth(simulant(row, item)) for name, simulant in simulants.items()}
        return cls(
            stage.systems,
            {
                name: [bootstrap.mean(own) for own in worth.T]
                for name, worth in [(PEOPLE, stage.real), *said.items()]
            },
            {name: agreement(stage.real, worth, bootstrap) for name, worth in said.items()},
        )

    def leaves(self) -> dict[str, Any]:
        """The model's figures, then those of everybody and of every system."""
        users = {name: {"tau": own.tau, "pairs_right": own.right} for name, own in self.agreement.items()}
        systems = {
            system: {name: worth[place] for name, worth in self.worth.items()}
            for place, system in enumerate(self.systems)
        }
        model, popularity = self.agreement[MODEL], self.agreement[POPULARITY]
        return {
            **users[MODEL],
            "pairs_right_minus_popularity": model.right - popularity.right,
            "pairs_told_apart": exactly(model.pairs),
            "users": users,
            "systems": systems,
        }


def ranking(evidence: Evidence, interview: Interview, systems: Sequence[System]) -> Ranking:
    """On the people who are reported on: likes on pages against likes among what is hidden."""
    judged = evidence.judged
    stage = staged(judged, systems)
    people = judged.population(stage.agents)

    def model(row: IntArray, item: IntArray) -> FloatArray:
        return likes_of(interview.ask(judged.catalog, people, row, item), evidence.calibration)

    simulants: dict[str, Simulant] = {
        MODEL: model,
        "taste": ByTaste(judged, stage.agents),
        POPULARITY: ByPopularity(judged.train),
        "stacked": ByStacking(evidence.controls, judged, stage.agents),
    }
    return Ranking.of(stage, simulants, evidence.bootstrap)
