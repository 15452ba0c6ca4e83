"""Scenarios from names, files and --set, and the one sentence for whatever is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommenders import create
from scenarios.loading import checked, load_scenario, names, parse_changes
from scenarios.running import free_folder
from scenarios.schema import Scenario
from simenv.errors import UsageError

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NESTED = st.recursive(
    PLAIN, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some, max_size=3)
)


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_loads_asks_a_question_and_names_recommenders_that_exist(name: str) -> None:
    scenario = load_scenario(name, {})
    assert scenario.name == name
    assert scenario.question.endswith(("?", "."))
    for arm in scenario.recommenders:
        create(arm.use, scenario.seed, arm.settings)


def test_values_set_from_outside_reach_inside() -> None:
    changes = parse_changes(["agents=7", "examination.decay=1", "recommenders=[ease, {random: {}}]"])
    scenario = load_scenario("crowd", changes)
    assert (scenario.agents, scenario.examination.decay, scenario.examination.fatigue) == (7, 1.0, 0.5)
    assert [arm.use for arm in scenario.recommenders] == ["ease", "random"]


def test_a_recommender_has_a_short_form_and_a_long_one() -> None:
    long = {"name": "ease", "use": "ease", "settings": {"regularization": 3}}
    for written in (
        {"ease": {"regularization": 3}},
        long,
        {"use": "ease", "settings": {"regularization": 3}},
    ):
        assert checked({"recommenders": written}) == checked({"recommenders": [long]})
    assert checked({"recommenders": "ease"}).recommenders[0].settings == {}


def test_a_scenario_as_written_into_a_manifest_is_the_scenario() -> None:
    scenario = load_scenario("movielens", {"llama.threads": 2, "keep": 3})
    assert checked(scenario.model_dump(mode="json")) == scenario


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("agent", "'agents'"),
        ("examination.decai", "'examination.decay'"),
        ("llama.thread", "'llama.threads'"),
        ("recomenders", "'recommenders'"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_known_one(key: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=f"No scenario key named '{key}'.*{nearest}"):
        load_scenario("crowd", {key: 1})


def test_an_unknown_key_of_a_recommender_is_told_with_the_nearest_known_one() -> None:
    with pytest.raises(UsageError, match=r"'recommenders.0.setings'. Did you mean 'recommenders.settings'"):
        load_scenario("crowd", {"recommenders": [{"name": "a", "use": "ease", "setings": {}}]})


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("agents", -5, "'agents' should be greater than or equal to 1; found -5"),
        ("agents", True, "'agents' should be a valid integer; found True"),
        ("agents", 2.5, "should be a valid integer"),
        ("agents", "many", "should be a valid integer; found 'many'"),
        ("agents", None, "found None"),
        ("agents", 10**30, "should be less than or equal to"),
        ("seed", 2**31, "should be less than or equal to 2147483647"),
        ("base_rate", float("nan"), "'base_rate' should be a finite number"),
        ("base_rate", 1, "'base_rate' should be less than 1"),
        ("examination.decay", float("inf"), "'examination.decay' should be a finite number"),
        ("examination", 3, "'examination' should be keys and values; found 3"),
        ("agents.x", 3, "'agents' holds one value"),
        ("choice", "foo", "should be 'independent' or 'multinomial'"),
        ("users", "tast", "Did you mean 'taste'"),
        ("recommenders", [], "'recommenders' should name at least one"),
        ("recommenders", 3, "'recommenders' should be a valid list; found 3"),
        ("recommenders", [{"ease": 3}], "'recommenders.0.settings' should be keys and values"),
        ("recommenders", ["ease", "ease"], "must differ, found 'ease' twice"),
        ("name", "", "'name' should have at least 1 character; found ''"),
    ],
)
def test_a_value_that_cannot_be_is_told_in_one_sentence(key: str, value: Any, told: str) -> None:
    with pytest.raises(UsageError) as problem:
        load_scenario("crowd", {key: value})
    assert told in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_scenario_without_recommenders_says_what_is_missing() -> None:
    with pytest.raises(UsageError, match="says nothing for 'recommenders'"):
        checked({"users": "taste"})


@given(st.sampled_from(sorted(Scenario.model_fields)), NESTED)
def test_no_value_whatever_is_worse_than_a_sentence(key: str, value: Any) -> None:
    try:
        load_scenario("crowd", {key: value})
    except UsageError as problem:
        told = str(problem)
        assert told.endswith((".", "?"))


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("agents", "Expected key=value"),
        ("=5", "Expected key=value"),
        ("agents=[1,", "The value of 'agents' is not readable"),
        ("agents=2020-13-45", "is not readable"),
        ("agents=" + "[" * 1500, "is not readable"),
        ("agents=!!python/object:os.system {}", "is not readable"),
    ],
)
def test_what_stands_after_set_is_a_key_and_readable_yaml(pair: str, told: str) -> None:
    with pytest.raises(UsageError) as problem:
        parse_changes([pair])
    assert told in str(problem.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("recommenders: [random\n", "is not readable as YAML in line 2: expected ',' or ']'"),
        ("- a\n- b\n", "Expected keys and values in .*, found list"),
        ("", "Expected keys and values in .*, found NoneType"),
        ("\x00\x01", "is not readable as YAML"),
        ("1: 2\nrecommenders: random\n", "'1' should have a word as its key"),
    ],
)
def test_a_broken_file_is_told_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        load_scenario(str(file), {})


def test_a_file_that_is_not_there_is_told_with_where_to_look(tmp_path: Path) -> None:
    for place in (tmp_path / "none.yaml", tmp_path / "folder.yaml"):
        (tmp_path / "folder.yaml").mkdir(exist_ok=True)
        with pytest.raises(UsageError, match=r"No scenario file to read at .*`simenv list scenarios`"):
            load_scenario(str(place), {})
    with pytest.raises(UsageError, match=r"No scenario named 'demmo'. Did you mean 'demo'"):
        load_scenario("demmo", {})


def test_a_file_gives_its_name_to_the_run(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("recommenders: random\n")
    assert load_scenario(str(tmp_path / "mine.yaml"), {}).name == "mine"


@pytest.mark.parametrize(
    ("name", "folder"),
    [("demo", "demo"), ("../../etc", "etc"), ("a b/c", "a-b-c"), ("..", "run"), ("日本", "日本")],
)
def test_a_run_without_a_folder_gets_a_free_one_below_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert free_folder(name) == Path("runs") / folder
    (tmp_path / "runs" / folder).mkdir(parents=True)
    assert free_folder(name) == Path("runs") / f"{folder}-2"
