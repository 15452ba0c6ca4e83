"""What genres and years say of titles that nobody has rated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; it is needed only for training")

from agents.behaviour.content import content  # noqa: E402
from agents.behaviour.head_start import FACTORS, STAR_FACTORS, Factors  # noqa: E402
from agents.behaviour.lexicon import YEARS  # noqa: E402
from simenv.types import NOTHING, Catalog, FloatArray  # noqa: E402
from tests import factories  # noqa: E402

ITEMS = 200
EVEN = np.arange(ITEMS) % 2 == 0
OLD = np.arange(ITEMS) < ITEMS // 2


def films() -> Catalog:
    """Half of them are of the first theme, the others of the second; half are of 1950, the others of 1990."""
    themes = np.zeros((ITEMS, 5), dtype=np.bool_)
    themes[:, 0], themes[:, 1] = EVEN, ~EVEN
    years = np.where(OLD, 1950, 1990).astype(np.int32)
    return replace(factories.catalog(ITEMS), themes=themes, years=years)


def factors(wanted: FloatArray, appeal: FloatArray) -> Factors:
    nothing, few = np.zeros((ITEMS, FACTORS), np.float32), np.zeros((ITEMS, STAR_FACTORS), np.float32)
    one, some = np.float32(1), np.full(ITEMS, 0.1, dtype=np.float32)
    traits, first = np.zeros((0, FACTORS), np.float32), np.zeros(FACTORS, np.float32)
    return Factors(nothing, wanted, traits, first, one, appeal, some, one, one, few, few, few, some)


def test_a_theme_wants_what_its_titles_want_and_a_year_too() -> None:
    wanted = np.zeros((ITEMS, FACTORS), dtype=np.float32)
    wanted[EVEN, 0], wanted[~EVEN, 1], wanted[OLD, 2] = 3, -2, 5
    says = content(films(), factors(wanted, np.zeros(ITEMS, np.float32)))
    told = says.wanted[np.where(EVEN, 0, 1)] + says.wanted_then[films().years - YEARS[0]]
    np.testing.assert_allclose(told, wanted, atol=0.5)


def test_appeal_is_the_usual_and_what_theme_and_year_add() -> None:
    appeal = np.where(EVEN, -2, -4).astype(np.float32)
    says = content(films(), factors(np.zeros((ITEMS, FACTORS), np.float32), appeal))
    then = says.appeal_then[1950 - YEARS[0]]
    assert says.usual + says.appeal[0] + then == pytest.approx(-2, abs=0.2)
    assert says.usual + says.appeal[1] + then == pytest.approx(-4, abs=0.2)


def test_years_beyond_the_catalogue_are_taken_for_the_nearest() -> None:
    wanted = np.where(OLD[:, None], 1, -1).astype(np.float32).repeat(FACTORS, axis=1)
    says = content(films(), factors(wanted, np.zeros(ITEMS, np.float32)))
    assert len(says.wanted_then) == len(says.appeal_then) == len(YEARS)
    assert says.wanted_then[0].tobytes() == says.wanted_then[1950 - YEARS[0]].tobytes()
    assert says.wanted_then[-1].tobytes() == says.wanted_then[1990 - YEARS[0]].tobytes()


def test_without_years_themes_speak_alone() -> None:
    timeless = replace(films(), years=np.full(ITEMS, NOTHING, dtype=np.int32))
    wanted = np.where(EVEN[:, None], 1, -1).astype(np.float32).repeat(FACTORS, axis=1)
    says = content(timeless, factors(wanted, np.zeros(ITEMS, np.float32)))
    assert not says.wanted_then.any()
    np.testing.assert_allclose(says.wanted[:2], [[1] * FACTORS, [-1] * FACTORS], atol=0.1)
