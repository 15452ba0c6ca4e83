"""Light and thinking agents in one world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simenv.errors import UsageError
from simenv.protocols import Policy
from simenv.types import IntArray, Population, Recall, Response, Slate, Visit
from simenv.words import Words


class ByCohort:
    """Lets each agent decide by the policy of its cohort.

    Args:
        policies: one for each cohort, from 0.
        population: whose ``cohort`` says who decides how.

    Raises:
        UsageError: an agent's cohort has no policy.
    """

    def __init__(self, policies: Sequence[Policy], population: Population) -> None:
        last = int(population.cohort.max(initial=0))
        if last >= len(policies):
            raise UsageError(
                f"Expected a policy for each of the cohorts 0 to {last}, found {len(policies)}: "
                "give one policy for every cohort of the population."
            )
        self.policies = tuple(policies)
        self.population = population

    def decide(self, slate: Slate, recall: Recall) -> Response:
        """Ask each policy about its own agents, and put the answers back in order."""
        cohort = self.population.cohort[slate.visit.rows]
        answers = []
        for number, policy in enumerate(self.policies):
            group = np.flatnonzero(cohort == number).astype(np.int32)
            if len(group) == len(cohort):
                return policy.decide(slate, recall)
            if len(group):
                answers.append((group, policy.decide(_part(slate, group), _remembered(recall, slate, group))))
        return _merged(answers)


def _part(slate: Slate, group: IntArray) -> Slate:
    visit = slate.visit
    return Slate(
        Visit(
            visit.episode[group],
            visit.round[group],
            visit.page[group],
            visit.rows[group],
            visit.exclude.take(group),
        ),
        slate.items[group],
        slate.propensity[group],
        slate.source[group],
    )


def _remembered(recall: Recall, slate: Slate, group: IntArray) -> Recall:
    here = {int(row) for row in slate.visit.rows[group]} if recall.notes else set()
    return Recall(
        recall.items[group],
        recall.ratings[group],
        recall.satisfaction[group],
        recall.fatigue[group],
        {row: note for row, note in recall.notes.items() if row in here},
    )


def _merged(answers: Sequence[tuple[IntArray, Response]]) -> Response:
    """The answers of several groups, each entry at its own place."""
    place = np.argsort(np.concatenate([group for group, _ in answers]), kind="stable")
    words: dict[int, Words] = {}
    for _, response in answers:
        words |= response.words
    columns = {
        name: np.concatenate([getattr(response, name) for _, response in answers])[place]
        for name in ("watched", "rating", "chance", "expected", "action")
    }
    return Response(**columns, words=dict(sorted(words.items())))
