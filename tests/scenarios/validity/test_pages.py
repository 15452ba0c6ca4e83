"""Pages of twenty: some came to rate, others did not, and popularity tells nothing where it is matched."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scenarios.validity.pages import MATCHED, NEAR, RATIOS, UNIFORM, Panel, nearest_to, panel
from simenv.data.splits import together
from simenv.metrics.ranking import auc_of_each
from simenv.types import NOTHING
from tests.contracts.dataset import pairs
from tests.scenarios.validity.test_people import town


@cache
def pages() -> Panel:
    return panel(town(), town().reported, 0)


@pytest.mark.parametrize("kind", [UNIFORM, MATCHED])
@pytest.mark.parametrize("ratio", RATIOS)
def test_wanted_items_are_hidden_ones_and_the_others_were_never_rated(kind: str, ratio: int) -> None:
    page, group = pages()[kind][ratio], town().reported
    known = pairs(together(group.context, group.held))
    for row, item, wanted in zip(page.row, page.item, page.wanted, strict=True):
        pair = (int(group.user[row]), int(item))
        assert (pair in pairs(group.held)) == wanted
        assert (pair in known) == wanted
    assert len({*zip(page.row.tolist(), page.item.tolist(), strict=True)}) == len(page.row)


@pytest.mark.parametrize(("ratio", "sizes"), RATIOS.items())
def test_so_many_others_stand_to_one_wanted_item(ratio: int, sizes: tuple[int, int]) -> None:
    matched, plain = pages()[MATCHED][ratio], pages()[UNIFORM][ratio]
    people = len(town().reported)
    wanted, asked = (
        np.bincount(matched.row[chosen], minlength=people) for chosen in (matched.wanted, slice(None))
    )
    assert np.array_equal(asked, wanted * (ratio + 1))
    assert wanted.max() <= sizes[0]
    wanted, asked = (
        np.bincount(plain.row[chosen], minlength=people) for chosen in (plain.wanted, slice(None))
    )
    assert (asked[wanted == sizes[0]] == 20).all()
    assert (np.abs((asked - wanted) - wanted * sizes[1] / sizes[0]) <= 0.5).all()


@pytest.mark.parametrize("ratio", RATIOS)
def test_popularity_alone_tells_nothing_where_it_is_matched(ratio: int) -> None:
    tuning = town().validation
    page = panel(town(), tuning, 0)[MATCHED][ratio]
    found = auc_of_each(town().catalog.popularity[page.item], page.wanted, page.row)
    assert np.nanmean(found) == pytest.approx(0.5, abs=0.01)


def test_matched_items_are_as_popular_as_some_wanted_one() -> None:
    counts = np.bincount(town().train.item, minlength=len(town().catalog))
    page = pages()[MATCHED][1]
    for row in np.unique(page.row):
        own = page.row == row
        wanted, others = (counts[page.item[own & side]] for side in (page.wanted, ~page.wanted))
        assert (np.abs(wanted - others) <= NEAR * wanted).all()  # they stand in the same order


def test_a_person_gets_the_same_page_whoever_else_is_there() -> None:
    few = town().reported.only(np.arange(50) % 5 == 2)
    alone = panel(town(), few, 0)
    for kind, ratios in alone.items():
        for ratio, page in ratios.items():
            whole = pages()[kind][ratio]
            for row, user in enumerate(few.user):
                at = int(np.searchsorted(town().reported.user, user))
                assert page.item[page.row == row].tobytes() == whole.item[whole.row == at].tobytes()


def test_an_item_that_came_after_somebody_had_gone_is_no_rival() -> None:
    group, train = town().reported, town().train
    first = np.full(len(town().catalog), np.iinfo(np.int64).max)
    np.minimum.at(first, train.item, train.time)
    whole = together(group.context, group.held)
    last = np.zeros(len(group), dtype=np.int64)
    np.maximum.at(last, group.row_of(whole.user), whole.time)
    page = pages()[UNIFORM][1]
    others = ~page.wanted
    assert (first[page.item[others]] <= last[page.row[others]]).all()


def test_without_times_whatever_somebody_rated_exists() -> None:
    timeless = replace(town(), train=replace(town().train, time=np.full_like(town().train.time, NOTHING)))
    assert not timeless.timed
    page = panel(timeless, town().reported, 0)[UNIFORM][9]
    assert np.isin(page.item[~page.wanted], town().train.item).all()


def test_rivals_come_from_above_and_from_below_in_turn() -> None:
    fame = np.array([100.0, 96.0, 97.0, 98.0, 99.0, 103.0, 104.0, 80.0, np.inf])
    assert fame[nearest_to(100.0, fame)].tolist() == [100, 99, 103, 98, 104, 97, 96]
