"""What is chosen on a page is kept, the second choice as the first, and stands in the address."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import Look, address


def choose(app: AppTest, label: str, value: object) -> object:
    """Choose in a box, and give what it then holds."""
    next(box for box in app.selectbox if box.label == label).set_value(value).run()
    assert not app.exception
    return next(box.value for box in app.selectbox if box.label == label)


@pytest.mark.parametrize("view", ["overview", "compare"])
def test_one_measure_after_another_is_shown(look: Look, view: str) -> None:
    app = look(view, run="light")
    for name in ("n_like", "gini", "rating", "gini"):
        assert choose(app, "Measure", name) == name
        assert address(app, "measure") == name


@pytest.mark.parametrize(
    ("view", "label", "values"),
    [
        ("people", "Under", ["ease", "random", "popularity"]),
        ("people", "Seed", [1, 0, 1]),
        ("items", "Themes under", ["ease", "random", "popularity"]),
        ("items", "Audience by", ["age", "gender", "conformity"]),
        ("compare", "Compared with", ["ease", "popularity", "random"]),
    ],
)
def test_one_choice_after_another_is_kept(look: Look, view: str, label: str, values: list[object]) -> None:
    app = look(view, run="light")
    assert [choose(app, label, value) for value in values] == values


def test_runs_are_put_beside_one_after_another(look: Look) -> None:
    app = look("compare", run="light")
    for chosen in (["thinking"], [], ["thinking"]):
        app.multiselect[0].set_value(chosen).run()
        assert app.multiselect[0].value == chosen
