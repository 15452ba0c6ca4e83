"""Known answers for models with known habits, and leaks that are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from agents.language_policy import Calibration
from agents.models.scripted import ScriptedModel
from scenarios.validity.alignment import alignment, measured, popularity_is_even, secondary, threshold
from scenarios.validity.asking import Answers, Interview
from scenarios.validity.calibration import everything, reliability, reliable
from scenarios.validity.evidence import Evidence
from scenarios.validity.leakage import failed, leakage
from scenarios.validity.pages import MATCHED, UNIFORM, Pages
from scenarios.validity.people import own_split
from scenarios.validity.ratings import ratings, whole
from scenarios.validity.record import Record
from scenarios.validity.temporal import FEWEST, split_at_a_moment, temporal
from simenv.data.splits import together
from simenv.metrics.resampling import Bootstrap
from simenv.types import FloatArray
from tests.agents.behaviour.small import village
from tests.contracts.dataset import loaded, pairs
from tests.scenarios.validity.test_people import learned, town
from tests.scenarios.validity.village import Noted, circle, evidence, judged

PAGE = Pages(
    np.repeat(np.arange(4), 6).astype(np.int32),
    np.arange(24, dtype=np.int32),
    np.tile([True, True, True, False, False, False], 4),
)


def test_the_threshold_makes_most_answers_right() -> None:
    scores = np.where(PAGE.wanted, 0.7, 0.3).astype(np.float32)
    scores[0] = 0.1  # one mistake cannot be avoided
    least = threshold(scores, PAGE)
    assert least == pytest.approx(0.7)
    assert measured(scores, PAGE, least, Bootstrap(4))["accuracy"].value == pytest.approx(23 / 24)


def test_where_yes_is_never_right_nothing_is_called_wanted() -> None:
    page = replace(PAGE, wanted=np.zeros(24, dtype=bool))
    assert threshold(np.arange(24, dtype=np.float32), page) == float("inf")
    assert threshold(
        np.zeros(0, dtype=np.float32), Pages(*(part[:0] for part in (PAGE.row, PAGE.item, PAGE.wanted)))
    ) == float("inf")


def test_the_metrics_are_those_of_each_person() -> None:
    from sklearn.metrics import f1_score, precision_score, recall_score

    scores = np.random.default_rng(0).random(24).astype(np.float32)
    found = {name: own.value for name, own in measured(scores, PAGE, 0.6, Bootstrap(4)).items()}
    for name, judge in (("f1", f1_score), ("precision", precision_score), ("recall", recall_score)):
        each = [
            judge(PAGE.wanted[own], scores[own] >= 0.6, zero_division=0)
            for own in (PAGE.row == person for person in range(4))
        ]
        assert found[name] == pytest.approx(np.mean(each))
    assert found["accuracy"] == pytest.approx(((scores >= 0.6) == PAGE.wanted).mean())


def test_a_model_that_knows_the_circles_is_right_about_most() -> None:
    found = alignment(evidence())
    for kind in (UNIFORM, MATCHED):
        for table in found.tables[kind].values():
            assert table["model"]["auc"].value > 0.7
    assert found.tables[UNIFORM][1]["model"]["accuracy"].value > 0.75
    names = secondary(found)
    assert "alignment.uniform.2.auc" in names
    assert "alignment.uniform.1.auc" not in names
    assert isinstance(popularity_is_even(found), bool)


def with_answers(change: Callable[[Evidence, Answers], Answers]) -> Evidence:
    own = evidence()
    return replace(own, reported=replace(own.reported, answers=change(own, own.reported.answers)))


def truth(own: Evidence, answers: Answers) -> tuple[FloatArray, np.ndarray]:
    """The stars of every asked pair, NaN where it was not rated; and which of them were."""
    held = own.reported.group.held
    stars = {
        (int(row), int(item)): float(rating)
        for row, item, rating in zip(
            own.reported.group.row_of(held.user), held.item, held.rating, strict=True
        )
    }
    given = [
        stars.get(pair, np.nan) for pair in zip(answers.row.tolist(), answers.item.tolist(), strict=True)
    ]
    found = np.array(given, dtype=np.float32)
    return found, ~np.isnan(found)


def test_a_model_that_knows_every_star_makes_no_mistake() -> None:
    def knowing(own: Evidence, answers: Answers) -> Answers:
        stars, rated = truth(own, answers)
        return replace(answers, stars=np.eye(5, dtype=np.float32)[whole(np.where(rated, stars, 3)) - 1])

    found = ratings(with_answers(knowing))
    assert found is not None
    own = found.tables["model"]
    assert own["log_loss"].value == pytest.approx(0, abs=1e-6)
    assert own["rmse"].value < 0.4  # half stars cannot be said
    assert found.shape["histogram_tv"].value == pytest.approx(0)
    assert found.shape["variance_ratio"].value == pytest.approx(1, abs=0.1)
    assert found.tables["item_mean"]["rmse"].value > 3 * own["rmse"].value


def test_agents_who_are_all_alike_are_seen() -> None:
    def alike(_: Evidence, answers: Answers) -> Answers:
        return replace(answers, stars=np.tile(np.eye(5, dtype=np.float32)[2], (len(answers.row), 1)))

    found = ratings(with_answers(alike))
    assert found is not None
    assert found.shape["variance_ratio"].value == 0
    assert found.shape["variance_ratio_between"].value == pytest.approx(0)
    assert found.shape["histogram_tv"].value > 0.4


def test_data_without_stars_have_no_ratings_to_judge() -> None:
    own = evidence()
    nothing = replace(own.reported.rated, rating=np.full_like(own.reported.rated.rating, np.nan))
    assert ratings(replace(own, reported=replace(own.reported, rated=nothing))) is None


def test_true_chances_are_calibrated_and_bold_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    row = np.repeat(np.arange(60), 200).astype(np.int32)
    chance = rng.beta(0.6, 2.4, len(row)).astype(np.float32)
    page = Pages(row, np.arange(len(row), dtype=np.int32), rng.random(len(row)) < chance)
    rate = float(page.wanted.mean())
    good = reliable(chance, page, rate, Bootstrap(60))
    bold = reliable(np.where(chance > 0.3, 0.99, 0.01).astype(np.float32), page, rate, Bootstrap(60))
    assert good.ece.value < 0.02
    assert good.brier_skill.value > 0.2
    assert bold.ece.value > 0.1
    none = reliable(np.full(len(row), rate, dtype=np.float32), page, rate, Bootstrap(60))
    assert none.brier_skill.value == pytest.approx(0, abs=1e-3)


def test_a_base_rate_is_that_of_every_person() -> None:
    page = everything(evidence().reported.panel[UNIFORM])
    found = reliable(np.full(len(page.row), 0.5, dtype=np.float32), page, 0.2, evidence().bootstrap)
    assert found.was[7] == pytest.approx(0.2)
    assert found.ece.value == pytest.approx(0.3)
    assert reliability(evidence()).rates[0.2].ece.value >= 0


def test_answers_are_found_again_and_what_was_not_asked_is_not() -> None:
    answers = evidence().reported.answers
    place = answers.at(answers.row[::-1], answers.item[::-1])
    assert np.array_equal(answers.row[place], answers.row[::-1])
    assert np.array_equal(answers.item[place], answers.item[::-1])
    with pytest.raises(KeyError):
        answers.at(answers.row[:1], np.array([10_000], dtype=np.int32))


def test_every_pair_is_asked_once_and_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    own, model = judged(), Noted()
    people = own.population(own.reported)
    row, item = np.array([3, 0, 3, 3, 1], dtype=np.int32), np.array([5, 5, 2, 5, 7], dtype=np.int32)
    told: list[float] = []
    found = Interview(model, lambda _, share: told.append(share)).ask(own.catalog, people, row, item)
    assert found.yes[0] == found.yes[3]
    assert len(model.asked) == 2 * 4  # a wish and stars
    assert told[-1] == 1.0
    monkeypatch.setattr("scenarios.validity.asking.PAGE", 1)
    monkeypatch.setattr("scenarios.validity.asking.BLOCK", 1)
    again = Interview(Noted()).ask(own.catalog, people, row, item)
    assert found.yes.tobytes() == again.yes.tobytes()
    assert found.stars.tobytes() == again.stars.tobytes()


def leaks(own: Evidence, record: Record | None = None) -> dict[str, int]:
    return leakage(own, record or Record(), village(90))


def test_a_clean_split_leaks_nothing() -> None:
    assert not failed(leaks(evidence()))


def test_a_hidden_pair_in_a_profile_is_found() -> None:
    own = judged()
    group = own.reported
    known = together(group.context, group.held.where(np.arange(len(group.held)) < 3))
    found = leaks(replace(evidence(), judged=replace(own, reported=replace(group, context=known))))
    assert found["profile"] == 3
    assert any("3 hidden pairs that stand in a profile" in words for words in failed(found))


def test_people_who_are_reported_on_in_the_training_file_are_found() -> None:
    own = judged()
    few = own.reported.context.where(np.arange(len(own.reported.context)) < 5)
    found = leaks(replace(evidence(), judged=replace(own, train=together(own.train, few))))
    assert found["train"] == 5


def test_means_that_know_too_much_are_found() -> None:
    own = judged()
    popularity = own.catalog.popularity.copy()
    popularity[4] += 0.01
    changed = replace(own, catalog=replace(own.catalog, popularity=popularity))
    assert leaks(replace(evidence(), judged=changed))["means"] == 1


def test_an_item_among_the_others_that_was_rated_is_found() -> None:
    own = evidence()
    page = own.reported.panel[UNIFORM][1]
    wrong = {**own.reported.panel, UNIFORM: {1: replace(page, wanted=np.zeros(len(page.row), dtype=bool))}}
    found = leaks(replace(own, reported=replace(own.reported, panel=wrong)))
    assert found["negatives"] == page.wanted.sum()


def test_a_model_that_learned_from_them_is_found() -> None:
    assert leaks(evidence(), replace(learned(village(90)), apart=0))["model"] == len(judged().reported.held)


def test_at_one_moment_for_everybody_all_that_is_known_came_before_all_that_is_hidden() -> None:
    moment = split_at_a_moment(town())
    known = max(int(part.time.max()) for part in (moment.train, moment.reported.context))
    assert known < int(moment.reported.held.time.min())
    assert set(moment.reported.user) <= set(town().reported.user)
    assert not pairs(moment.reported.context) & pairs(moment.reported.held)
    assert len(moment.met) == len(moment.validation)


def test_a_calibration_of_ones_own_is_fitted_on_people_for_tuning() -> None:
    from scenarios.validity.evidence import fitted_calibration

    assert fitted_calibration(evidence().tuning) != Calibration()
    assert fitted_calibration(evidence().tuning).slope > 0


@pytest.mark.slow
def test_a_split_in_time_is_judged_where_enough_people_were_there_before_and_after() -> None:
    data = loaded("town", 0)
    own = own_split(data, Record(), 300, 0)
    before = replace(evidence(), judged=own)
    found = temporal(before, Interview(ScriptedModel(circle)), 0)
    assert found is not None
    assert FEWEST <= found.people < 300
    assert found.tables[UNIFORM]["ease"]["auc"].value > 0.55
    assert temporal(evidence(), Interview(ScriptedModel(circle)), 0) is None
