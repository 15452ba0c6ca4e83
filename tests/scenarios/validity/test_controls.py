"""Controls find what is planted, know people by their histories alone, and are tuned on people for tuning."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_array

from scenarios.validity.controls import kernels
from scenarios.validity.controls.every import SYSTEMS, Controls, Opinions
from scenarios.validity.controls.factors import Placed, mf
from scenarios.validity.controls.histories import histories, learners
from scenarios.validity.controls.linear import ease
from scenarios.validity.controls.neighbours import item_knn
from scenarios.validity.controls.stacked import FOLDS, OutOfFold
from scenarios.validity.controls.stars import BIAS, ITEM_MEAN, LOGIT, MF, Levels, Stars, normal, with_stars
from scenarios.validity.controls.tuning import tuned
from scenarios.validity.controls.variant import Shaped, Variant
from scenarios.validity.pages import MATCHED, UNIFORM, Pages
from simenv.metrics.ranking import auc_of_each
from tests.scenarios.validity.test_people import town
from tests.scenarios.validity.village import evidence, judged

RNG = np.random.default_rng(0)
WHO_RATED_WHAT = csr_array((RNG.random((30, 12)) < 0.4).astype(np.float32))


@cache
def opinions() -> Opinions:
    return evidence().controls.of(judged().reported)


def test_ease_is_the_same_by_way_of_people_and_of_items() -> None:
    for matrix in (WHO_RATED_WHAT[:8], WHO_RATED_WHAT):
        dense = matrix.toarray().astype(np.float64)
        for variant in ease(matrix):
            inverse = np.linalg.inv(dense.T @ dense + variant.settings["lambda"] * np.eye(12))
            weights = -inverse / np.diag(inverse)
            np.fill_diagonal(weights, 0)
            assert variant.scores(matrix) == pytest.approx(dense @ weights, abs=1e-4)


def test_item_knn_adds_the_cosines_of_the_nearest() -> None:
    dense = WHO_RATED_WHAT.toarray()
    norms = np.linalg.norm(dense, axis=0)
    cosine = dense.T @ dense / np.outer(norms, norms)
    np.fill_diagonal(cosine, 0)
    (plain,) = (v for v in item_knn(WHO_RATED_WHAT) if v.settings == {"neighbours": 1000, "shrinkage": 0.0})
    assert plain.scores(WHO_RATED_WHAT) == pytest.approx(dense @ cosine, abs=1e-5)


def test_a_person_is_placed_where_the_least_squares_are() -> None:
    items, alpha, ridge = RNG.normal(size=(12, 3)), 2.0, 0.5
    placed = Placed(items, alpha, ridge)
    dense = WHO_RATED_WHAT.toarray()
    for row, vector in enumerate(placed.vectors(WHO_RATED_WHAT)):
        weight = 1 + alpha * dense[row]
        exact = np.linalg.solve(
            items.T @ (weight[:, None] * items) + ridge * np.eye(3), items.T @ (weight * dense[row])
        )
        assert vector == pytest.approx(exact)


@pytest.mark.parametrize("family", [item_knn, ease, mf])
def test_a_control_knows_people_by_their_history_alone(family: object) -> None:
    few = histories(town().reported.context, town().reported.user)
    variant = next(iter(family(learners(town().train))))  # type: ignore[operator]
    whole, alone = variant.scores(few), variant.scores(few[7:8])
    assert alone[0] == pytest.approx(whole[7], abs=1e-5)


def test_tuning_chooses_what_is_best_for_each_kind_of_page() -> None:
    good = RNG.random((5, 8)).astype(np.float32)
    row = np.repeat(np.arange(5), 8).astype(np.int32)
    item = np.tile(np.arange(8), 5).astype(np.int32)
    wanted = good[row, item] > 0.5
    pages = {"plain": Pages(row, item, wanted), "upside down": Pages(row, item, ~wanted)}
    known = csr_array(np.ones((5, 8), dtype=np.float32))

    def family(_: object) -> list[Variant]:
        return [Variant({"sign": sign}, lambda _, sign=sign: sign * good) for sign in (1.0, -1.0)]

    found = tuned(family, known, known, pages)  # type: ignore[arg-type]
    assert {kind: own.shaped.settings["sign"] for kind, own in found.items()} == {
        "plain": 1.0,
        "upside down": -1.0,
    }
    assert found["plain"].auc == 1.0


def test_the_length_of_a_history_leaves_the_order_of_its_items_alone() -> None:
    variant = Variant({}, lambda known: known.toarray() + np.arange(12, dtype=np.float32))
    plain, by_length = (
        Shaped(variant, np.ones(12, dtype=np.float32), length=power)(WHO_RATED_WHAT) for power in (0.0, 1.0)
    )
    assert np.array_equal(np.argsort(plain, kind="stable"), np.argsort(by_length, kind="stable"))


@pytest.mark.parametrize("kind", [UNIFORM, MATCHED])
def test_whoever_learns_from_others_finds_the_circles(kind: str) -> None:
    page = evidence().reported.panel[kind][1]
    said = opinions().about(kind, page.row, page.item)
    assert tuple(said) == SYSTEMS
    found = {name: float(np.nanmean(auc_of_each(own, page.wanted, page.row))) for name, own in said.items()}
    assert min(found[name] for name in ("item_knn", "ease", "mf", "stacked", "stacked_alone")) > 0.65
    assert abs(found["random"] - 0.5) < 0.15


def test_the_stacked_control_judges_nobody_by_what_it_learned_from_them() -> None:
    controls = evidence().controls
    facts, pairs = opinions().facts, controls.pairs[UNIFORM]
    row, item = pairs.row[pairs.row % FOLDS == 0], pairs.item[pairs.row % FOLDS == 0]
    turned = Pages(
        pairs.row, pairs.item, np.where(pairs.row % FOLDS == 0, ~pairs.wanted, pairs.wanted), pairs.dropped
    )
    before, after = (OutOfFold.fitted(facts, own)(facts, row, item) for own in (pairs, turned))
    assert before.tobytes() == after.tobytes()


def test_controls_are_the_same_bytes_again() -> None:
    again = Controls.fitted(judged()).of(judged().reported)
    page = evidence().reported.panel[UNIFORM][1]
    one, two = (own.about(UNIFORM, page.row, page.item) for own in (opinions(), again))
    assert {name: own.tobytes() for name, own in one.items()} == {
        name: own.tobytes() for name, own in two.items()
    }


def test_ridges_are_the_least_squares_of_each_row() -> None:
    factors, strength = RNG.normal(size=(12, 3)), 0.3
    values = WHO_RATED_WHAT.astype(np.float64).tocsr()
    found = kernels.ridges(values.indptr, values.indices, values.data, factors, strength)
    for row, vector in enumerate(found):
        own = values.indices[values.indptr[row] : values.indptr[row + 1]]
        if not len(own):
            assert not vector.any()
            continue
        curve = factors[own].T @ factors[own] + strength * len(own) * np.eye(3)
        assert vector == pytest.approx(np.linalg.solve(curve, factors[own].sum(axis=0)))


@cache
def stars() -> Stars:
    return Stars.fitted(town())


@pytest.mark.slow
def test_stars_are_judged_from_what_is_known_of_people() -> None:
    group, asked = town().reported, with_stars(town().reported.held)
    said = stars()(group, asked)
    assert tuple(said) == (ITEM_MEAN, BIAS, MF, LOGIT)
    rmse = {name: float(np.sqrt(((asked.rating - own) ** 2).mean())) for name, (own, _) in said.items()}
    assert rmse[BIAS] < rmse[ITEM_MEAN]
    assert rmse[MF] < rmse[ITEM_MEAN]
    for expected, shares in said.values():
        assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert (shares >= 0).all()
        assert np.corrcoef(shares @ np.arange(1, 6), expected)[0, 1] > 0.95


def test_somebody_unknown_is_expected_to_be_like_all() -> None:
    levels = Levels.of(with_stars(town().train), 1.0, 5.0)
    nothing = town().train.where(np.zeros(len(town().train), dtype=bool))
    item = np.arange(10, dtype=np.int32)
    expected = levels.expected(nothing, np.zeros(10, dtype=np.int32), item)
    assert expected == pytest.approx(levels.mean + levels.items[:10])


def test_stars_around_a_point_are_rounded_to_it() -> None:
    assert normal(np.array([3.0]), 0.01)[0].tolist() == pytest.approx([0, 0, 1, 0, 0])
    assert normal(np.array([4.5]), 0.01)[0].tolist() == pytest.approx([0, 0, 0, 0.5, 0.5])
