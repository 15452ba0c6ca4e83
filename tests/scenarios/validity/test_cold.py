"""Little is known, and what is not known is not told."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from scenarios.validity.asking import Interview
from scenarios.validity.cold import FEW, cold_items, cold_users, knowing
from scenarios.validity.content import Content, Past
from scenarios.validity.new_items import NewItems
from scenarios.validity.pages import MATCHED, UNIFORM
from simenv.metrics.ranking import auc
from tests.scenarios.validity.village import Noted, evidence, judged


@cache
def new() -> NewItems:
    return NewItems.of(judged(), 0)


def pairs(user: np.ndarray, item: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(user.tolist(), item.tolist(), strict=True))


@pytest.mark.parametrize("most", FEW)
def test_so_many_ratings_are_known_at_most(most: int) -> None:
    group = judged().reported
    few = knowing(group, most).context
    whole = np.bincount(group.context.user, minlength=group.context.users)
    known = np.bincount(few.user, minlength=few.users)
    assert np.array_equal(known, np.minimum(whole, most))
    assert pairs(few.user, few.item) <= pairs(group.context.user, group.context.item)


def test_what_is_known_grows() -> None:
    less, more = (knowing(judged().reported, most).context for most in (5, 10))
    assert pairs(less.user, less.item) < pairs(more.user, more.item)


def test_the_model_is_told_no_title_of_people_without_ratings() -> None:
    model = Noted()
    tables = cold_users(evidence(), Interview(model))
    assert set(tables) == {"0", "5", "10"}
    unknown = [question.persona for question in model.asked[: len(model.asked) // 3]]
    assert not any("Film, The" in persona for persona in unknown)
    assert tables["0"][UNIFORM]["model"]["auc"].value == 0.5
    assert tables["10"][UNIFORM]["model"]["auc"].value > 0.55


def test_controls_stand_beside_the_model_where_little_is_known() -> None:
    tables = cold_users(evidence(), Interview(Noted()))
    for most in tables.values():
        for kind in (UNIFORM, MATCHED):
            assert {"model", "popularity", "item_knn", "ease", "mf", "stacked"} <= set(most[kind])


def test_nothing_is_known_of_new_items() -> None:
    own = new().judged
    fresh = np.flatnonzero(own.catalog.popularity == 0)
    assert 0.1 * len(own.catalog) < len(fresh) < 0.35 * len(own.catalog)
    assert np.isnan(own.catalog.mean_rating[fresh]).all()
    for known in (own.train, own.reported.context):
        assert not np.isin(known.item, fresh).any()


def test_pages_of_new_items_hold_nothing_else() -> None:
    fresh = np.flatnonzero(new().judged.catalog.popularity == 0)
    group = judged().reported
    rated = pairs(group.context.user, group.context.item)
    held = pairs(group.held.user, group.held.item)
    for page in new().pages.values():
        assert len(page.item) > 0
        assert np.isin(page.item, fresh).all()
        assert pairs(group.user[page.row[page.wanted]], page.item[page.wanted]) <= held
        others = pairs(group.user[page.row[~page.wanted]], page.item[~page.wanted])
        assert not others & (held | rated)


def test_new_items_have_titles_that_nobody_has_met_and_their_own_years() -> None:
    catalog, renamed = new().judged.catalog, new().renamed
    for item, (before, after) in enumerate(zip(catalog.titles, renamed.titles, strict=True)):
        fresh = catalog.popularity[item] == 0
        assert (before != after) or not fresh
        assert (after not in catalog.titles) == fresh
        assert re.findall(r"\((\d{4})\)$", after) == [str(catalog.years[item])]


def test_who_knows_old_titles_alone_knows_nothing_of_new_items() -> None:
    tables = cold_items(evidence(), Interview(Noted()))
    assert set(tables[UNIFORM]) == {"model", "model_with_titles", "content", "true_popularity"}
    assert tables[UNIFORM]["model_with_titles"]["auc"].value > tables[UNIFORM]["model"]["auc"].value


def test_content_tells_circles_by_their_genres() -> None:
    own = judged()
    model = Content(own.train, own.catalog)
    page = evidence().reported.panel[UNIFORM][1]
    said = model.chances(own.reported.context, own.reported.user[page.row], page.item)
    assert auc(said[page.wanted], said[~page.wanted]) > 0.6


def test_a_past_is_shares_and_means_of_what_was_rated() -> None:
    own = judged()
    user = int(own.reported.user[0])
    mine = own.reported.context.where(own.reported.context.user == user)
    past = Past.of(own.reported.context, own.catalog)
    assert past.count[user] == len(mine)
    assert past.share[user] == pytest.approx(own.catalog.themes[mine.item].mean(axis=0))
    assert past.year[user] == pytest.approx(own.catalog.years[mine.item].mean())
