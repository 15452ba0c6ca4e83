"""People: found as they are, followed page by page, and shown with what they really thought."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard import person
from dashboard.charts import looks
from dashboard.charts.people import mood
from dashboard.data import Opened, Runs, people, words
from dashboard.data.people import Wanted
from simenv.records.schema import WORDS
from tests.dashboard.conftest import Look, address
from tests.dashboard.conftest import words as said

LIGHT = (0, "ease")


@pytest.fixture
def light(runs: Path) -> Opened:
    return Runs(runs).open("light")


@pytest.fixture
def thinking(runs: Path) -> Opened:
    return Runs(runs).open("thinking")


def test_everybody_is_found_and_each_filter_leaves_those_who_fit(light: Opened) -> None:
    everybody = people.found(light, LIGHT, Wanted())
    assert everybody["user"] == list(range(40))
    wanted = Wanted(traits=(("activity", "high"), ("activity", "low"), ("gender", "woman")))
    for activity, gender in zip(
        *(people.found(light, LIGHT, wanted)[n] for n in ("activity", "gender")), strict=True
    ):
        assert activity in ("high", "low")
        assert gender == "woman"
    happy = people.found(light, LIGHT, Wanted(low=0.6))
    assert happy["user"] == [
        user
        for user, s in zip(everybody["user"], everybody["satisfaction"], strict=True)
        if s is not None and s >= 0.6
    ]
    assert people.found(light, LIGHT, Wanted(words="7"))["user"][0] in (7, *range(40))
    assert people.found(light, LIGHT, Wanted(words="' OR 1=1 --"))["user"] == []


def test_those_who_watch_a_theme_most_stand_first(light: Opened) -> None:
    theme = "Comedy"
    rows = people.found(light, LIGHT, Wanted(theme=theme))
    shares = dict(zip(rows["user"], rows["of_theme"], strict=True))
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    first = rows["user"][0]
    catalog = light.run.catalog.to_pylist()
    seen = [
        theme in catalog[row["item"]]["themes"]
        for row in light.run.interactions.to_pylist()
        if (row["seed"], row["arm"], row["user"], row["watched"]) == (*LIGHT, first, True)
    ]
    assert shares[first] == pytest.approx(sum(seen) / (len(seen) + 2))


def test_chance_meets_many_people_and_only_those_who_fit(light: Opened) -> None:
    wanted = Wanted(traits=(("activity", "high"),))
    fitting = people.found(light, LIGHT, wanted)["user"]
    met = {people.somebody(light, LIGHT, wanted, number) for number in range(30)}
    assert met <= set(fitting)
    assert len(met) > 1
    assert people.somebody(light, LIGHT, Wanted(words="nobody"), 1) is None


def test_a_page_holds_what_was_recorded_best_first(light: Opened) -> None:
    rows = people.shown(light, LIGHT, 3, (0, 0))
    own = [
        row
        for row in light.run.interactions.to_pylist()
        if (row["seed"], row["arm"], row["user"], row["round"], row["page"]) == (*LIGHT, 3, 0, 0)
    ]
    assert rows["item"] == [row["item"] for row in sorted(own, key=lambda row: row["slot"])]
    titles = light.run.catalog["title"].to_pylist()
    assert rows["title"] == [titles[item] for item in rows["item"]]


def test_what_a_thinking_agent_remembers_is_what_the_model_read(thinking: Opened) -> None:
    checked = 0
    for user in range(6):
        asked = words.asked(thinking, LIGHT, user, (0, 1))
        if asked:
            watched = people.remembered(thinking, LIGHT, user, (0, 1))
            lines = [f"{t}, {s:g} stars" for t, s in zip(watched["title"], watched["stars"], strict=True)]
            assert asked.memory.splitlines()[1:] == lines[:10][::-1]
            checked += len(lines)
    assert checked


def test_answers_stand_beside_the_items_that_they_are_about(thinking: Opened) -> None:
    rows = people.shown(thinking, LIGHT, 2, (0, 0))
    asked = words.asked(thinking, LIGHT, 2, (0, 0))
    assert asked
    about = asked.about(rows["item"])
    for item, title in zip(rows["item"], rows["title"], strict=True):
        watch, stars = about[item]
        assert watch.question.endswith(title)
        assert sum(watch.chances.values()) == pytest.approx(1, abs=1e-4)
        assert list(stars.chances) == ["1", "2", "3", "4", "5"]
        expected = sum(int(name) * chance for name, chance in stars.chances.items())
        assert rows["expected"][rows["item"].index(item)] == pytest.approx(expected, abs=1e-3)
    assert list(asked.answers[-1].chances) == ["next page", "leave"]
    assert asked.about(rows["item"][:-1]) == {}


def test_the_likest_person_is_nearest_and_never_oneself(light: Opened) -> None:
    rows = people.alike(light, LIGHT, 5)
    assert 5 not in rows["user"]
    assert len(rows["user"]) == 8
    assert rows["distance"] == sorted(rows["distance"])
    assert all(0 <= gap <= 1 for gap in rows["distance"])


def test_a_profile_is_told_in_words_with_what_is_known() -> None:
    about = {"gender": "woman", "age": "25-34", "occupation": "", "activity": "high", "diversity": "low"}
    about |= {"conformity": "", "known": 12, "rating_mean": 3.5, "rating_spread": None}
    told = "A woman, 25-34: rates often, narrow taste. Rated 12 items before, 3.5 stars on average."
    assert person.profile(about) == told


def test_a_mood_has_a_line_for_each_recommender_and_a_gap_between_days() -> None:
    rows = [("a", 0, 0, 5.0), ("a", 0, 1, 6.0), ("a", 1, 0, 4.0), ("b", 0, 0, 2.0)]
    chart = mood(("Agent 1", "satisfaction (index, 1 to 10)"), rows, looks(["a", "b"]))
    assert chart.title == "Agent 1: satisfaction is highest under a (5.00), lowest under b (2.00)"
    assert list(chart.figure.data[0].y) == [5.0, 6.0, None, 4.0]
    assert chart.table["day"] == [1, 1, 2, 1]
    assert mood(("Agent 1", "x"), [], {}).title == "Agent 1 has not come yet"


def test_a_link_restores_the_person_and_the_page(look: Look) -> None:
    app = look("people", run="light", agent="7", arm="ease", seed="1", day="2")
    assert not app.exception
    assert app.header[0].value == "Agent 7"
    assert next(box.value for box in app.selectbox if box.label == "Under") == "ease"
    assert next(box.value for box in app.selectbox if box.label == "Seed") == 1
    assert (address(app, "agent"), address(app, "arm"), address(app, "seed")) == ("7", "ease", "1")


def test_turning_pages_is_kept_in_the_address(look: Look, light: Opened) -> None:
    rows = people.pages(light, 0, 3)
    own = [(r, p) for a, r, p in zip(rows["arm"], rows["round"], rows["page"], strict=True) if a == "ease"]
    app = look("people", run="light", agent="3", arm="ease")
    for chosen in (own[-1], own[0]):
        next(box for box in app.selectbox if box.label == "Page").set_value(chosen).run()
        assert (address(app, "day"), address(app, "page")) == (str(chosen[0] + 1), str(chosen[1] + 1))
    assert not app.exception


@pytest.mark.parametrize("agent", ["40", "-1", "99999999999999", "x"])
def test_an_agent_who_is_not_there_is_no_traceback(look: Look, agent: str) -> None:
    app = look("people", run="light", agent=agent)
    assert not app.exception
    assert bool(app.error) == (agent != "x")


def test_prompt_memory_and_answers_of_a_thinking_agent_are_on_its_page(look: Look, thinking: Opened) -> None:
    app = look("people", run="thinking", agent="2", arm="ease")
    asked = words.asked(thinking, LIGHT, 2, (0, 0))
    assert asked
    assert app.code[0].value == asked.prompt(0)
    assert asked.profile in said(app)
    app.selectbox(key="question").set_value(1).run()
    assert app.code[0].value == asked.prompt(1)


def test_what_a_model_was_told_and_said_is_shown_as_it_is(look: Look, runs: Path, tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script> **b** $x$ :red[r] \x1b[31m"
    shutil.copytree(runs / "thinking", tmp_path / "thinking")
    for part in (tmp_path / "thinking" / "words").iterdir():
        rows = pq.read_table(part).to_pylist()
        changed = [row | {"prompt": [nasty] * len(row["prompt"]), "reason": nasty} for row in rows]
        pq.write_table(pa.Table.from_pylist(changed, schema=WORDS), part)
    app = look("people", at=tmp_path, run="thinking", agent="2", arm="ease")
    assert not app.exception
    assert app.code[0].value == nasty * 4
    assert nasty in [element.value for element in app.text]
    for kind in ("markdown", "caption", "title", "header", "info"):
        assert not any("script" in str(element.value) for element in app.get(kind))


def test_somebody_at_random_leads_to_a_person(look: Look) -> None:
    app = look("people", run="light")
    app.button[0].click().run()
    assert not app.exception
    assert app.header[0].value == f"Agent {address(app, 'agent')}"
    assert 0 <= int(address(app, "agent")) < 40


def test_scores_that_no_model_gives_are_shown_and_break_nothing() -> None:
    answer = words._answer("?", [math.inf, -math.inf], last=False)
    assert answer.chances == {"no": 1.0, "yes": 0.0}
    assert list(words._answer("?", [0.0, -1.0, -2.0], last=False).chances) == [
        "answer 1",
        "answer 2",
        "answer 3",
    ]
