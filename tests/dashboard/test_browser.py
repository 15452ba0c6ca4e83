"""The app as a person uses it: a real server, a real browser, a real run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard.data import Runs
from scenarios.bench import big_run, browser
from scenarios.bench import dashboard as bench
from simenv.records.checkpoint import FILE as CHECKPOINT
from tests.dashboard.conftest import until
from tests.dashboard.test_hostile import nasty

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing() or "there is a browser"),
]
__all__ = ["nasty"]


@pytest.fixture(scope="module")
def folder(runs: Path, nasty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs: light people, thinking ones, and one whose words carry markup."""
    own = tmp_path_factory.mktemp("browser") / "runs"
    shutil.copytree(runs, own)
    shutil.copytree(nasty / "<u>run", own / "hostile")
    return own


@pytest.fixture(scope="module")
def window(folder: Path) -> Iterator[Page]:
    """A window on the app, in which no script from a run ever raises an alarm."""
    with browser.served(browser.dashboard(folder)) as address, browser.browser() as started:
        tab = started.new_context(viewport={"width": 1280, "height": 900}, base_url=address).new_page()
        tab.set_default_timeout(browser.PATIENCE)
        alarms: list[str] = []
        tab.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
        yield tab
        assert not alarms
        tab.context.close()


@pytest.fixture
def visit(window: Page, tmp_path: Path) -> Callable[[str, str], Page]:
    """Opens a place, waits until it is drawn with some words on it, and takes its picture."""

    def opened(place: str, words: str) -> Page:
        window.goto(place)
        window.get_by_text(words).first.wait_for()
        browser.settled(window)
        window.screenshot(path=str(tmp_path / "page.png"), full_page=True)
        assert window.get_by_text("Traceback").count() == 0
        return window

    return opened


def state(folder: Path, name: str) -> str:
    """What a run says of itself; "" before it says anything."""
    try:
        return str(json.loads((folder / name / "manifest.json").read_text())["state"])
    except OSError:
        return ""


def test_a_run_is_started_moves_is_stopped_and_goes_on_to_its_end(
    visit: Callable[[str, str], Page], folder: Path
) -> None:
    page = visit("/new_run", "Start")
    page.get_by_role("combobox", name="Scenario").click()
    page.get_by_role("option", name="demo", exact=True).click()
    page.get_by_text("simenv run demo").wait_for()
    # the fields of the scenario before stand beside the new ones until all is drawn
    until(lambda: page.get_by_label("name of the run").count() == 1)
    page.get_by_label("name of the run").fill("started")
    page.get_by_label("rounds", exact=True).fill("3")
    page.get_by_label("agents", exact=True).fill("20")
    page.keyboard.press("Tab")
    for word in ("--set=agents=20", "--set=rounds=3", "/started"):
        page.get_by_text(word).first.wait_for()
    page.get_by_role("button", name="Start").click()
    page.get_by_text("decisions/s").first.wait_for()
    seen = {page.get_by_text("decisions/s").first.inner_text()}
    until(lambda: seen.add(page.get_by_text("decisions/s").first.inner_text()) or len(seen) > 1)
    until(lambda: (folder / "started" / CHECKPOINT).exists())
    page.locator(".st-key-stop-started button").click()  # Streamlit has a Stop of its own while it draws
    until(lambda: state(folder, "started") == "stopped")
    rows = Runs(folder).open("started").run.interactions.num_rows
    page.get_by_role("button", name="Continue").click()
    until(lambda: state(folder, "started") == "done")
    assert Runs(folder).open("started").run.interactions.num_rows > rows > 0
    page.goto("/overview?run=started")
    page.get_by_text("has the highest").first.wait_for()


def test_a_person_is_opened_by_a_click_and_by_a_link(visit: Callable[[str, str], Page]) -> None:
    page = visit("/people?run=thinking&agent=2&arm=ease", "Agent 2")
    page.locator(".st-key-chart-satisfaction .main-svg").first.wait_for()
    page.get_by_text("What the model was asked").click()
    page.get_by_text("Answer as this person would.").first.wait_for()
    page.get_by_text("Find somebody").click()
    page.get_by_role("combobox", name="Under").click()
    page.get_by_role("option", name="popularity").click()
    page.wait_for_url("**arm=popularity**")
    visit(page.url, "Under popularity it saw")


def test_items_and_comparisons_are_drawn_with_their_tables(visit: Callable[[str, str], Page]) -> None:
    page = visit("/items?run=light", "times each")
    page.locator(".st-key-chart-concentration .main-svg").first.wait_for()
    page = visit("/compare?run=light", "than under random")
    page.locator(".st-key-chart-gaps .main-svg").first.wait_for()
    page.locator(".st-key-chart-gaps").get_by_text("Table").click()
    page.locator('.st-key-chart-gaps [data-testid="stDataFrame"] canvas').first.wait_for()


def test_what_was_simulated_is_exported(visit: Callable[[str, str], Page], folder: Path) -> None:
    page = visit("/export?run=light", "Write the files")
    page.get_by_text("movielens", exact=True).click()
    page.get_by_text("exports/movielens").wait_for()
    page.get_by_role("button", name="Write the files").click()
    page.get_by_text("No person made these interactions").first.wait_for()
    assert list((folder / "light" / "exports" / "movielens").rglob("synthetic-ratings.csv"))


@pytest.mark.parametrize("place", ["overview", "people", "items", "compare", "model", "export"])
def test_markup_in_words_of_a_run_is_shown_and_never_obeyed(
    visit: Callable[[str, str], Page], place: str
) -> None:
    page = visit(f"/{place}?run=hostile&item=3", place.capitalize())
    assert page.locator("main script, section script").count() == 0
    assert page.locator('img[src="x"]').count() == 0
    if place == "items":
        page.get_by_text("<script>alert(1)</script> **b** $x$").first.wait_for()


def test_waiting_times_are_measured_on_pages_of_invented_people(window: Page, tmp_path: Path) -> None:
    run = big_run.make(tmp_path, people=60)
    case = next(case for case in bench.cases(run.name) if case.name == "people")
    started = window.context.browser
    assert started
    with browser.served(browser.dashboard(run.parent)) as address:
        sight, action = bench.measured(started, address, case, bare=2.0)
        ways = [way for way in bench.cases(run.name) if way.name in ("runs", "overview", "people")]
        walked = bench.walked(started, address, ways, look=0.1)
    assert sight["case"] == "people, first sight"
    assert sight["ratio"] == pytest.approx(sight["value"] / 2.0)
    assert action["value"] > 0
    assert [row["case"].partition(",")[0] for row in walked] == ["overview", "people"] * 2
    assert all(row["value"] > 0 for row in walked)
