"""Two circles of people, each with films of its own, asked by a model that can tell which circle is whose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agents.language_policy import Calibration
from agents.models.scripted import ScriptedModel
from scenarios.validity.asking import Interview
from scenarios.validity.controls.every import Controls
from scenarios.validity.evidence import Evidence, Side
from scenarios.validity.people import Judged, own_split
from scenarios.validity.record import Record
from simenv.metrics.resampling import Bootstrap
from simenv.types import FloatArray
from simenv.words import Question
from tests.agents.behaviour.small import village

_FILM = re.compile(r"Amélie's (\d+)\. Film")


def circle(question: Question) -> Sequence[float]:
    """Wants films with an even number if most of the profile's titles have one, otherwise odd ones."""
    own = [int(number) % 2 for number in _FILM.findall(question.persona)]
    asked = _FILM.findall(question.branch)
    if len(question.options) == 5 or not own or not asked:
        return [0.0] * len(question.options)
    same = int(asked[-1]) % 2 == round(sum(own) / len(own))
    return [0.0, 2.0 if same else -2.0]


class Noted(ScriptedModel):
    """Knows the circles, and writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__(circle)
        self.asked: list[Question] = []

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        self.asked += questions
        return super().choose(questions)


@cache
def judged() -> Judged:
    """Thirty people to report on; nobody has met them."""
    return own_split(village(90), Record(), 30, 0)


@cache
def evidence() -> Evidence:
    """What the model that knows the circles answers about them."""
    own, interview, controls = judged(), Interview(ScriptedModel(circle)), Controls.fitted(judged())
    side = Side.asked(own, own.reported, interview, 0)
    opinions = controls.of(own.reported)
    return Evidence(own, side, side, controls, opinions, Calibration(), Bootstrap(len(own.reported)))
