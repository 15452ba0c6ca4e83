"""What every section of a report looks at: people, controls, and what the model answered about whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.behaviour.validation import calibrate
from agents.language_policy import Calibration
from scenarios.validity.asking import Answers, Interview
from scenarios.validity.controls.every import Controls, Opinions
from scenarios.validity.pages import UNIFORM, Panel, panel
from scenarios.validity.people import Group, Judged
from simenv.luck import stream
from simenv.metrics.resampling import Bootstrap
from simenv.types import IntArray, Interactions

RATINGS = 60
"""The most hidden ratings of each person that the model is asked about."""


@dataclass(frozen=True)
class Side:
    """One group of people, asked.

    Args:
        group: who they are.
        panel: the pages that they are shown.
        rated: hidden ratings, at most ``RATINGS`` of each.
        answers: the model's, about everything on the pages and everything rated.
    """

    group: Group
    panel: Panel
    rated: Interactions
    answers: Answers

    @classmethod
    def asked(cls, judged: Judged, group: Group, interview: Interview, seed: int) -> Side:
        """Ask the model about all of it, each pair once."""
        pages, rated = panel(judged, group, seed), some(group.held, seed)
        every = [page for ratios in pages.values() for page in ratios.values()]
        row = np.concatenate([*(page.row for page in every), group.row_of(rated.user)])
        item = np.concatenate([*(page.item for page in every), rated.item])
        people = judged.population(group)
        return cls(group, pages, rated, interview.ask(judged.catalog, people, row, item))

    def rows(self) -> IntArray:
        """Whose the hidden ratings are: int32 rows of the group."""
        return self.group.row_of(self.rated.user)


@dataclass(frozen=True)
class Evidence:
    """All of it.

    Args:
        judged: the people.
        reported, tuning: both sides; the model has not learned from those for tuning, where there are such.
        controls: fitted and tuned.
        opinions: the controls' of the people who are reported on.
        calibration: of the model's P(yes), where half is wanted: its card's, or fitted on those for tuning.
        bootstrap: over the people who are reported on.
    """

    judged: Judged
    reported: Side
    tuning: Side
    controls: Controls
    opinions: Opinions
    calibration: Calibration
    bootstrap: Bootstrap


def some(ratings: Interactions, seed: int) -> Interactions:
    """At most ``RATINGS`` of each person, by luck."""
    luck = stream(seed, "validity.ratings").bits(ratings.user, ratings.item)
    order = np.lexsort((luck, ratings.user))
    user = ratings.user[order]
    place = np.arange(len(user)) - np.searchsorted(user, user)
    return ratings.where(np.sort(order[place < RATINGS]))


def fitted_calibration(side: Side) -> Calibration:
    """Slope and intercept that make P(yes) right where half of a page is wanted, on people for tuning."""
    page, answers = side.panel[UNIFORM][1], side.answers
    return calibrate(answers.yes[answers.at(page.row, page.item)], page.wanted)
