"""Items: exposure as it was recorded, and one item's audience."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import items as drawn
from dashboard.charts import looks
from dashboard.data import Opened, Runs, items
from dashboard.data.shares import wilson
from simenv.metrics.exposure import gini
from tests.dashboard.conftest import ARMS, Look, address
from tests.dashboard.conftest import words as said


@pytest.fixture
def run(runs: Path) -> Opened:
    return Runs(runs).open("light")


def shown(run: Opened, arm: str, only_watched: bool = False) -> Counter[int]:
    """How often each item was shown, by going through every row."""
    rows = run.run.interactions.to_pylist()
    return Counter(row["item"] for row in rows if row["arm"] == arm and (row["watched"] or not only_watched))


def test_tenths_hold_all_that_was_shown(run: Opened) -> None:
    rows = items.tenths(run)
    counts = shown(run, "popularity")
    catalog = run.run.catalog
    popularity = np.nan_to_num(catalog["popularity"].to_numpy())
    first = set(np.argsort(-popularity, kind="stable")[: len(popularity) // 10].tolist())
    at = list(zip(rows["arm"], rows["tenth"], strict=True)).index(("popularity", 1))
    assert rows["shown"][at] == pytest.approx(sum(counts[item] for item in first) / counts.total())
    for arm in ARMS:
        for what in ("shown", "watched"):
            assert sum(v for a, v in zip(rows["arm"], rows[what], strict=True) if a == arm) == pytest.approx(
                1
            )


def test_times_shown_are_a_mean_over_items_and_seeds(run: Opened) -> None:
    rows = items.by_popularity(run)
    for arm in ARMS:
        own = [at for at, name in enumerate(rows["arm"]) if name == arm]
        rated = {at for at, value in enumerate(run.run.catalog["popularity"].to_pylist()) if value}
        total = sum(rows["items"][at] * rows["shown"][at] for at in own)
        assert sum(rows["items"][at] for at in own) == len(rated)
        assert total == pytest.approx(sum(n for item, n in shown(run, arm).items() if item in rated) / 2)
        assert [rows["popularity"][at] for at in own] == sorted(rows["popularity"][at] for at in own)


def test_the_curve_of_concentration_bends_as_gini_says(run: Opened) -> None:
    rows = items.concentration(run)
    size = run.run.catalog.num_rows
    for arm in ARMS:
        own = [(x, y) for a, x, y in zip(rows["arm"], rows["items"], rows["share"], strict=True) if a == arm]
        assert own[-1] == (1.0, pytest.approx(1.0))
        x, y = np.array([(0.0, 0.0), *own]).T
        counts = np.zeros(size, dtype=np.int64)
        for item, n in shown(run, arm).items():
            counts[item] = n
        assert 2 * np.trapezoid(y, x) - 1 == pytest.approx(gini(counts), abs=0.03)
    assert "" in rows["arm"]


def test_themes_over_time_are_shares_of_what_was_shown(run: Opened) -> None:
    rows = items.themes_over_time(run, "ease", "day", most=3)
    assert len(set(rows["theme"])) == 3
    assert set(rows["step"]) == {0, 1}
    theme, step, share = rows["theme"][0], rows["step"][0], rows["share"][0]
    themes = run.run.catalog["themes"].to_pylist()
    own = [r["item"] for r in run.run.interactions.to_pylist() if (r["arm"], r["round"]) == ("ease", step)]
    assert share == pytest.approx(sum(theme in themes[item] for item in own) / len(own))


def test_an_audience_is_counted_as_it_was(run: Opened) -> None:
    item, times = shown(run, "popularity").most_common(1)[0]
    rows = items.audience(run, item)
    at = rows["arm"].index("popularity")
    assert rows["shown"][at] == times
    assert rows["watched"][at] == shown(run, "popularity", only_watched=True)[item]
    levels = items.by_trait(run, item, "activity")
    own = [n for a, n in zip(levels["arm"], levels["shown"], strict=True) if a == "popularity"]
    assert sum(own) == times
    assert items.by_trait(run, item, "nothing; DROP TABLE agents")["arm"] == []


def test_items_are_found_by_their_words_alone(run: Opened) -> None:
    title = run.run.catalog["title"][3].as_py()
    assert 3 in items.found(run, title.upper())["item"]
    assert items.found(run, "%' OR ''='")["item"] == []


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_an_interval_of_a_share_holds_the_share(count: int, more: int) -> None:
    total = count + more
    low, high = wilson(count, total)
    assert 0 <= low <= count / total <= high <= 1
    assert wilson(count, 4 * total)[1] <= high


def test_the_sentence_names_both_ends() -> None:
    rows = {"arm": ["a", "a", "b", "b"], "tenth": [1, 2, 1, 2], "shown": [0.9, 0.1, 0.4, 0.6]}
    rows |= {"watched": [1.0, 0.0, 1.0, 0.0]}
    chart = drawn.tenths(rows, looks(["a", "b"]), "shown")
    assert chart.title == "The most popular tenth has 90.0% of what was shown under a, 40.0% under b"
    assert [trace.name for trace in chart.figure.data] == ["a", "b"]


def test_a_link_restores_the_item(look: Look, run: Opened) -> None:
    app = look("items", run="light", item="5")
    assert not app.exception
    assert run.run.catalog["title"][5].as_py() in said(app)
    assert address(app, "item") == "5"
    box = next(box for box in app.selectbox if box.label == "Item")
    for chosen in box.options[3], box.options[7]:
        next(b for b in app.selectbox if b.label == "Item").select(chosen).run()
        assert chosen in said(app)


@pytest.mark.parametrize("item", ["-3", "1000000", "99999999999", "x"])
def test_an_item_that_is_not_there_leads_to_another(look: Look, item: str) -> None:
    app = look("items", run="light", item=item)
    assert not app.exception
    assert not app.error
    assert address(app, "item") != item


def test_words_that_name_no_item_are_answered(look: Look) -> None:
    app = look("items", run="light")
    app.text_input(key="item-words").set_value("no such film").run()
    assert "No item is called like that" in said(app)
