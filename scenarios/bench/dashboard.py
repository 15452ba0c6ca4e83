"""How long people wait for the dashboard: a run of ten million interactions in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from scenarios.bench import browser
from scenarios.bench.big_run import make
from scenarios.bench.browser import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    Act = Callable[[Page], None]

PAINT, ACT = 3.0, 1.0
"""Seconds that somebody may wait for a page, and for an answer to a click."""
_TIMES = 3


@dataclass(frozen=True)
class Case:
    """One page: where it is, what shows that its main part is drawn, and something that people do on it.

    Args:
        main: a selector.
        acts: what is done, one after another, each measured.
    """

    name: str
    place: str
    main: str
    acts: tuple[Act, ...]


def bench_dashboard() -> list[dict[str, object]]:
    """Seconds to the first sight of each page's main part, and for a typical action on it."""
    with TemporaryDirectory() as folder, browser.browser() as started:
        run = make(Path(folder))
        bare = _bare(started, Path(folder) / "bare.py")
        with browser.served(browser.dashboard(run.parent)) as address:
            return [row for case in cases(run.name) for row in measured(started, address, case, bare)]


def cases(run: str) -> list[Case]:
    """The pages of the app over one run."""
    return [
        Case("runs", f"?run={run}", _TABLE, (_typed("Find", "crowd"), _typed("Find", "ease"))),
        Case(
            "overview",
            f"overview?run={run}",
            _chart("whiskers"),
            _chosen("Measure", "likes", "novelty", "rating"),
        ),
        Case(
            "people",
            f"people?run={run}&agent=43",
            _chart("satisfaction"),
            (_turned, _at_random, _at_random),
        ),
        Case(
            "items", f"items?run={run}", _chart("exposure"), (_pressed("watched"), _pressed("shown"), _found)
        ),
        Case(
            "compare", f"compare?run={run}", _chart("gaps"), _chosen("Measure", "likes", "rating", "visits")
        ),
        Case("model", f"model?run={run}", '[data-testid="stAlert"]', ()),
        Case(
            "new run",
            f"new_run?run={run}",
            '[data-testid="stNumberInput"]',
            _chosen("Scenario", "demo", "crowd"),
        ),
        Case(
            "export",
            f"export?run={run}",
            '[data-testid="stRadio"]',
            (_labelled("recbole"), _labelled("movielens")),
        ),
    ]


def measured(started: Browser, address: str, case: Case, bare: float) -> list[dict[str, object]]:
    """The rows of one page, opened as somebody opens it who has never been here.

    Args:
        bare: seconds until a page with nothing but a chart is there.
    """
    page, seconds = _opened(started, f"{address}/{case.place}", case.main)
    beside = f"a bare page with one chart, {bare:.1f} s; aim, {PAINT:g} s"
    rows = [_row(f"{case.name}, first sight", seconds, beside, bare)]
    browser.settled(page)
    waits = [_seconds(page, act) for act in case.acts]
    page.context.close()
    return [*rows, _row(f"{case.name}, action", median(waits), f"aim, {ACT:g} s", ACT)] if waits else rows


def _opened(started: Browser, place: str, main: str) -> tuple[Page, float]:
    """A page in a window of its own, and the seconds until its main part is drawn."""
    page = started.new_context(viewport={"width": 1280, "height": 900}).new_page()
    began = perf_counter()
    page.goto(place)
    page.wait_for_selector(main, timeout=PATIENCE)
    return page, perf_counter() - began


def _bare(started: Browser, app: Path) -> float:
    """Seconds until a page with nothing but a chart is there: what no page of ours can do without."""
    app.write_text(_BARE)
    words = ["streamlit", "run", str(app), "--server.headless=true", "--server.address=127.0.0.1"]
    with browser.served([*words, "--browser.gatherUsageStats=false"]) as address:
        waits = []
        for _ in range(_TIMES):
            page, seconds = _opened(started, address, ".js-plotly-plot .main-svg")
            waits.append(seconds)
            page.context.close()
    return median(waits)


def _seconds(page: Page, act: Act) -> float:
    page.wait_for_timeout(500)
    page.evaluate(_WATCH)
    began = perf_counter()
    act(page)
    page.wait_for_function("window.answered", timeout=PATIENCE)
    return perf_counter() - began


def _row(case: str, seconds: float, beside: str, baseline: float) -> dict[str, object]:
    row = {"bench": "dashboard", "case": case, "value": seconds, "unit": "s"}
    return {**row, "baseline": beside, "ratio": seconds / baseline}


_WATCH = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    window.answered = false;
    new MutationObserver(() => {
        window.answered = app.getAttribute('data-test-script-state') === 'notRunning';
    }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
}"""
"""Sets ``window.answered`` when the app has been asked something and has drawn its answer."""
_BARE = """import plotly.graph_objects as go
import streamlit as st
st.plotly_chart(go.Figure(go.Scatter(x=[1, 2], y=[1, 2])))
"""
_TABLE = '[data-testid="stDataFrame"] canvas'


def _chart(key: str) -> str:
    return f".st-key-chart-{key} .js-plotly-plot .main-svg"


def _typed(label: str, words: str) -> Act:
    def act(page: Page) -> None:
        page.get_by_label(label, exact=True).fill(words)
        page.keyboard.press("Enter")

    return act


def _chosen(label: str, *names: str) -> tuple[Act, ...]:
    def act(page: Page, name: str) -> None:
        page.get_by_role("combobox", name=label).first.click()
        page.get_by_role("option", name=name, exact=True).first.click()

    return tuple(lambda page, name=name: act(page, name) for name in names)


def _pressed(name: str) -> Act:
    return lambda page: page.get_by_role("radio", name=name).first.click()


def _labelled(name: str) -> Act:
    return lambda page: page.get_by_text(name, exact=True).first.click()


def _turned(page: Page) -> None:
    page.get_by_role("combobox", name="Page").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)


def _at_random(page: Page) -> None:
    button = page.get_by_role("button", name="Somebody at random")
    if not button.is_visible():
        page.get_by_text("Find somebody").click()
    button.click()


def _found(page: Page) -> None:
    _typed("Find an item by its title or id", "Film 17")(page)
