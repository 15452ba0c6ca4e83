"""Every section of a report, one after another, as nested leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.validity import cold, jokes, ranking, robustness, systems
from scenarios.validity.alignment import Alignment, alignment, dropped, popularity_is_even, secondary
from scenarios.validity.asking import Interview
from scenarios.validity.calibration import NATURAL, Reliability, Reliable, reliability
from scenarios.validity.evidence import Evidence
from scenarios.validity.leaves import exactly
from scenarios.validity.pages import MATCHED, UNIFORM
from scenarios.validity.ratings import Ratings, ratings
from scenarios.validity.record import Record
from scenarios.validity.temporal import temporal
from simenv.errors import UsageError
from simenv.metrics.resampling import holm

JOKERS = 200
"""People who rated every joke who are asked about."""
_COMPARED = ("ease", "mf", "stacked", "stacked_alone")


def sections(evidence: Evidence, interview: Interview, record: Record, seed: int) -> dict[str, Any]:
    """Everything that is found, figures at the leaves."""
    told = interview.watcher
    told("judging the controls", 0.0)
    aligned, stars, sure = alignment(evidence), ratings(evidence), reliability(evidence)
    told("splitting in time", 0.0)
    moment = temporal(evidence, interview, seed)
    told("changing what should not matter", 0.0)
    steady = robustness.robustness(evidence, interview)
    told("ranking recommenders", 0.0)
    ranked = _ranking(evidence, interview, record)
    told("asking about the unknown", 0.0)
    users, items = cold.cold_users(evidence, interview), cold.cold_items(evidence, interview, seed)
    compared = {**secondary(aligned), **sure.secondary(), **(stars.secondary() if stars else {})}
    return {
        "primary": primary(aligned),
        "alignment": aligned.tables,
        "temporal": moment.tables if moment else {},
        "ratings": {**stars.tables, **stars.shape} if stars else {},
        "calibration": _calibration(sure),
        "robustness": steady,
        "ranking": ranked,
        "cold": {"users": users, "items": items},
        "comparisons": holm(compared),
        "curves": _curves(sure, stars),
        "settings": _settings(evidence, stars),
        "notes": _notes(evidence, aligned, stars, moment is not None),
    }


def primary(found: Alignment) -> dict[str, Any]:
    """The primary endpoint: 1:1 alignment AUC on both kinds of pages, and how far the controls are."""
    return {
        kind: {
            "auc": found.tables[kind][1]["model"]["auc"],
            **{f"minus_{name}": found.difference(kind, 1, "auc", name) for name in _COMPARED},
        }
        for kind in (UNIFORM, MATCHED)
    }


def _calibration(found: Reliability) -> dict[str, Any]:
    def both(one: Reliable) -> dict[str, Any]:
        return {"ece": one.ece, "brier_skill": one.brier_skill}

    return {
        **both(found.rates[NATURAL]),
        "base_rate": exactly(NATURAL),
        "by_base_rate": {f"{rate:g}": both(one) for rate, one in found.rates.items()},
        "controls": {name: both(one) for name, one in found.controls.items()},
    }


def _ranking(evidence: Evidence, interview: Interview, record: Record) -> dict[str, Any]:
    """On the data themselves, and on people who rated every joke where those are at hand."""
    judged, taught = systems.without(record.teachers)
    found = ranking.ranking(evidence, interview, judged).leaves()
    found["left_out"] = [system.name for system in taught]
    try:
        found["jester"] = jokes.ranking(interview, judged, JOKERS).leaves()
    except UsageError:
        found["jester"] = {}
    return found


def _curves(sure: Reliability, stars: Ratings | None) -> dict[str, Any]:
    """What is drawn: lists of numbers."""
    own = sure.rates[NATURAL]
    drawn: dict[str, Any] = {
        "reliability": {"said": own.said.tolist(), "was": own.was.tolist(), "weight": own.weight.tolist()}
    }
    if stars:
        said, given = stars.shares
        drawn["stars"] = {"said": said.tolist(), "given": given.tolist()}
    return drawn


def _settings(evidence: Evidence, stars: Ratings | None) -> Mapping[str, Any]:
    own = evidence.calibration
    return {
        "controls": evidence.controls.settings,
        "stars": stars.settings if stars else {},
        "calibration": {"slope": own.slope, "intercept": own.intercept},
    }


def _notes(evidence: Evidence, aligned: Alignment, stars: Ratings | None, moment: bool) -> list[str]:
    """What a reader must know of how this was measured."""
    lost = ", ".join(f"1:{ratio} {count}" for ratio, count in dropped(evidence.reported).items())
    notes = [f"Wanted items without equally popular others, dropped: {lost}."]
    if not popularity_is_even(aligned):
        notes.append(
            "Popularity alone is off .50 by more than .01 on matched pages: too few people, or items."
        )
    if evidence.judged.met.all():
        notes.append("The model has learned from everybody for tuning: its threshold may be a little off.")
    if not evidence.judged.timed:
        notes.append(
            "Times are unknown: an item exists from its first rating on, and there is no temporal split."
        )
    elif not moment:
        notes.append("Too few people were there both before and after one moment: no temporal split.")
    if not stars:
        notes.append("The data have no stars: nothing is said of ratings.")
    return notes
