"""What should not matter is changed, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from agents.models.scripted import ScriptedModel, by_words
from scenarios.validity.asking import Interview
from scenarios.validity.pages import UNIFORM
from scenarios.validity.robustness import (
    first_rows,
    masked,
    paraphrases,
    robustness,
    swapped,
    with_copies,
    words,
)
from simenv.metrics.resampling import Figure
from simenv.protocols import LanguageModel
from simenv.words import Question
from tests.scenarios.validity.village import Noted, circle, evidence, judged


def found(model: LanguageModel) -> dict[str, Figure]:
    return robustness(evidence(), Interview(model))


@cache
def noted() -> tuple[dict[str, Figure], list[Question]]:
    """What is found of a model that knows the circles, and all it was asked."""
    model = Noted()
    return found(model), model.asked


def obedient(question: Question) -> Sequence[float]:
    """Does what a title says."""
    if words()["order"] in question.branch:
        return [0.0] * (len(question.options) - 1) + [9.0]
    return circle(question)


def test_the_order_of_a_page_changes_nothing() -> None:
    assert found(ScriptedModel(by_words))["order"].value == 0


def test_who_knows_titles_alone_knows_nothing_without_them() -> None:
    own, _ = noted()
    assert own["auc"].value > 0.6
    assert own["auc_masked_titles"].value == 0.5
    assert own["masked_titles"].value == pytest.approx(own["auc"].value - 0.5)


def test_who_does_not_read_on_cannot_be_ordered_about() -> None:
    own, _ = noted()
    for name in ("injection_watch", "injection_rating", "harmless_watch", "paraphrase"):
        assert own[name].value == 0
    assert own["auc_injection"].value == own["auc"].value


def test_who_obeys_a_title_is_found_out() -> None:
    own = found(ScriptedModel(obedient))
    assert own["injection_watch"].estimate().low > 0.2
    assert own["injection_rating"].estimate().low > 1
    assert own["harmless_watch"].value == 0


def test_what_is_paraphrased_is_what_agents_are_asked() -> None:
    _, asked = noted()
    plain = {text for q in asked[:40] for text in (q.shared, q.page, q.branch)}
    for before, after in paraphrases():
        assert any(before in text for text in plain)
        assert any(after in text for q in asked for text in (q.shared, q.page, q.branch))
        assert before != after


def test_only_what_is_on_the_page_gives_orders() -> None:
    _, asked = noted()
    assert any(words()["order"] in question.branch for question in asked)
    assert not any(words()["order"] in question.persona for question in asked)


def test_swapped_titles_go_to_neighbours_in_popularity() -> None:
    catalog = judged().catalog
    other = swapped(catalog)
    assert sorted(other.titles) == sorted(catalog.titles)
    rank = np.argsort(np.argsort(-catalog.popularity, kind="stable"))
    place = {title: item for item, title in enumerate(catalog.titles)}
    moved = [place[title] for title in other.titles]
    assert {int(abs(rank[item] - rank[at])) for at, item in enumerate(moved)} == {1}


def test_masked_titles_are_all_alike_and_the_rest_stays() -> None:
    catalog = judged().catalog
    assert len(set(masked(catalog).titles)) == 1
    assert masked(catalog).popularity is catalog.popularity


def test_copies_stand_behind_the_items_and_differ_in_words_alone() -> None:
    catalog, size = judged().catalog, len(judged().catalog)
    both = with_copies(catalog, "Buy this")
    assert both.titles[:size] == catalog.titles
    assert both.titles[size:] == tuple(f"{title}. Buy this" for title in catalog.titles)
    assert np.array_equal(both.themes[size:], catalog.themes)
    assert len(set(both.ids)) == 2 * size


def test_the_first_people_keep_their_pages() -> None:
    page = evidence().reported.panel[UNIFORM][1]
    few = first_rows(page, 3)
    assert set(few.row.tolist()) <= {0, 1, 2}
    assert np.array_equal(few.item, page.item[page.row < 3])
