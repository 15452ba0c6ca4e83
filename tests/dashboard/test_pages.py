"""Every page over real runs: what it shows, and that its address leads back to the view."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import ARMS, Look, address, until, words

PAGES = ["runs", "overview", "people", "items", "compare", "model", "new_run", "export"]


@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("run", ["light", "thinking"])
def test_every_page_shows_a_real_run(look: Look, view: str, run: str) -> None:
    app = look(view, run=run)
    assert not app.exception
    assert not app.error
    assert app.session_state["run"] == run


@pytest.mark.parametrize("view", PAGES)
def test_an_empty_folder_is_shown_as_such(look: Look, view: str, tmp_path: Path) -> None:
    app = look(view, at=tmp_path)
    assert not app.exception
    assert "no run" in words(app) or view == "new_run"


@pytest.mark.parametrize("name", ["..", "/etc", "light/../thinking", "nobody"])
def test_an_address_that_names_no_run_is_refused(look: Look, name: str) -> None:
    app = look("overview", run=name)
    assert not app.exception
    assert "There is no run named" in app.error[0].value.replace("\\", "")


def test_the_runs_page_lists_what_is_known_of_every_run(look: Look) -> None:
    table = look("runs").dataframe[0].value
    assert set(table["run"]) == {"light", "thinking"}
    assert set(table["state"]) == {"done"}
    assert dict(zip(table["run"], table["agents"], strict=True)) == {"light": 40, "thinking": 6}


def test_runs_are_found_by_words_and_states(look: Look) -> None:
    app = look("runs")
    app.text_input[0].set_value("embedded").run()
    assert list(app.dataframe[0].value["run"]) == ["thinking"]
    app.text_input[0].set_value("nothing like it").run()
    assert len(app.dataframe[0].value) == 0
    assert not app.exception


def test_the_overview_has_a_row_for_each_recommender_and_an_interval_in_each_cell(look: Look) -> None:
    table = look("overview", run="light").dataframe[0].value
    assert list(table["recommender"]) == ARMS
    assert all("±" in cell for cell in table["satisfaction (index, 1 to 10)"])


def test_the_overview_follows_a_measure_named_in_the_address(look: Look) -> None:
    app = look("overview", run="light", measure="gini")
    assert "has the lowest Gini of exposure" in words(app).replace("\\", "")
    assert address(app, "measure") == "gini"


def test_every_chart_stands_under_a_sentence_and_over_a_table(look: Look) -> None:
    app = look("overview", run="light")
    for name in ("whiskers", "lines", "stars"):
        app.session_state[f"{name}-behind"] = True
    app.run()
    charts, tables = app.get("plotly_chart"), [e for e in app.expander if e.label == "Table"]
    assert len(charts) == len(tables) == 3
    assert all(len(table.dataframe[0].value) > 0 for table in tables)


def test_a_table_that_nobody_opened_is_not_sent(look: Look) -> None:
    app = look("overview", run="light")
    assert not any(expander.dataframe for expander in app.expander if expander.label == "Table")


def test_compare_tells_differences_from_the_chosen_side(look: Look) -> None:
    app = look("compare", run="light")
    assert "than under random" in words(app).replace("\\", "")
    app.selectbox(key="first").set_value("ease").run()
    assert not app.exception
    assert "ease" in words(app).replace("\\", "")


def test_compare_refuses_runs_over_other_people_in_a_sentence(look: Look) -> None:
    app = look("compare", run="light", **{"with": "thinking"})
    assert not app.exception
    assert (
        "Run both with the same agents" in app.error[0].value.replace("\\", "")
        or "seed" in app.error[0].value
    )


def test_the_form_names_a_mistake_at_its_field_and_starts_nothing(look: Look) -> None:
    app = look("new_run")
    app.selectbox(key="scenario").set_value("crowd").run()
    app.number_input(key="crowd-agents").set_value(0).run()
    assert "should be greater than or equal to 1" in app.error[0].value.replace("\\", "")
    assert app.button[-1].disabled


def test_the_form_says_the_same_as_a_command_line(look: Look) -> None:
    app = look("new_run")
    app.selectbox(key="scenario").set_value("crowd").run()
    app.number_input(key="crowd-agents").set_value(30).run()
    app.multiselect(key="crowd-recommenders").set_value(["ease"]).run()
    assert "simenv run crowd --set=agents=30" in app.code[-1].value
    assert '"use": "ease"' in app.code[-1].value


def written(app: AppTest) -> None:
    """Press the button, and wait until the files are there."""
    app.button[0].click().run()
    until(lambda: not app.get("progress") or not app.run().get("progress"))


@pytest.mark.parametrize("form", ["parquet", "recbole", "movielens"])
def test_exports_lie_below_the_run_and_say_that_they_are_synthetic(
    look: Look, runs: Path, tmp_path: Path, form: str
) -> None:
    shutil.copytree(runs / "thinking", tmp_path / "thinking")
    app = look("export", at=tmp_path, run="thinking")
    app.radio(key="form").set_value(form).run()
    written(app)
    assert not app.exception
    assert not app.error
    folders = list((tmp_path / "thinking" / "exports" / form).iterdir())
    assert len(folders) == 2
    assert all(json.loads((folder / "provenance.json").read_text())["synthetic"] for folder in folders)
    assert "No person made these interactions" in words(app)
    written(app)
    assert "already there" in app.error[0].value


def test_a_link_with_an_agent_leads_to_people(look: Look) -> None:
    app = look("runs", run="light", agent="3")
    assert not app.exception
    assert app.session_state["run"] == "light"


def test_the_run_is_kept_from_page_to_page(look: Look) -> None:
    app: AppTest = look("overview", run="thinking")
    app.switch_page("views/compare.py").run()
    assert app.session_state["run"] == "thinking"
    assert address(app, "run") == "thinking"
