"""How long people wait for the dashboard: a run of ten million interactions in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from scenarios.bench import browser
from scenarios.bench.big_run import make
from scenarios.bench.browser import PATIENCE, Answers

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
            opened = [row for case in cases(run.name) for row in measured(started, address, case, bare)]
        with browser.served(browser.dashboard(run.parent)) as address:
            return opened + walked(started, address, cases(run.name), _LOOK)


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
            (_another("Under"), _at_random, _at_random),
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
    page, answers, seconds = _opened(started, f"{address}/{case.place}", case.main)
    beside = f"a bare page with one chart, {bare:.1f} s; aim, {PAINT:g} s"
    rows = [_row(f"{case.name}, first sight", seconds, beside, bare)]
    waits = []
    if case.acts:
        browser.ready(page)
        waits = [_seconds(page, answers, act) for act in case.acts]
    page.context.close()
    return [*rows, _row(f"{case.name}, action", median(waits), f"aim, {ACT:g} s", ACT)] if waits else rows


def walked(started: Browser, address: str, ways: Sequence[Case], look: float) -> list[dict[str, object]]:
    """The rows of going from page to page in the sidebar, to each of them twice.

    Args:
        ways: the first is where somebody is.
        look: seconds for which they look at a page before they go on.
    """
    first, *others = ways
    page, _, _ = _opened(started, f"{address}/{first.place}", first.main)
    browser.ready(page)
    rows = []
    for visit in ("first", "second"):
        for case in others:
            page.wait_for_timeout(1000 * look)
            page.evaluate(_ARRIVING, case.main)
            page.get_by_test_id("stSidebarNavLink").filter(has_text=_link(case.name)).click()
            seconds = page.wait_for_function("window.arrived", timeout=PATIENCE).json_value()
            rows.append(
                _row(f"{case.name}, from the sidebar, {visit} visit", seconds, f"aim, {ACT:g} s", ACT)
            )
            browser.settled(page)
    page.context.close()
    return rows


def _link(name: str) -> re.Pattern[str]:
    """The whole words of a link in the sidebar, whatever icon stands before them."""
    return re.compile(rf"{name}$", re.IGNORECASE)


def _opened(started: Browser, place: str, main: str) -> tuple[Page, Answers, float]:
    """A page in a window of its own, the answers it gets, and the seconds until its main part is drawn."""
    page = started.new_context(viewport={"width": 1280, "height": 900}).new_page()
    answers = Answers(page)
    began = perf_counter()
    page.goto(place)
    page.wait_for_selector(main, timeout=PATIENCE)
    return page, answers, perf_counter() - began


def _bare(started: Browser, app: Path) -> float:
    """Seconds until a page with nothing but a chart is there: what no page of ours can do without."""
    app.write_text(_BARE)
    words = ["streamlit", "run", str(app), "--server.headless=true", "--server.address=127.0.0.1"]
    with browser.served([*words, "--browser.gatherUsageStats=false"]) as address:
        waits = []
        for _ in range(_TIMES):
            page, _, seconds = _opened(started, address, ".js-plotly-plot .main-svg")
            waits.append(seconds)
            page.context.close()
    return median(waits)


def _seconds(page: Page, answers: Answers, act: Act) -> float:
    page.wait_for_timeout(500)
    began = perf_counter()
    answers.after(act)
    return perf_counter() - began


def _row(case: str, seconds: float, beside: str, baseline: float) -> dict[str, object]:
    row = {"bench": "dashboard", "case": case, "value": seconds, "unit": "s"}
    return {**row, "baseline": beside, "ratio": seconds / baseline}


_LOOK = 3.0
_ARRIVING = """main => {
    window.arrived = 0;
    let began = 0;
    addEventListener('pointerdown', () => { began = performance.now(); }, {capture: true, once: true});
    const eyes = new MutationObserver(() => {
        const found = document.querySelector(main);
        if (began && found && found.getBoundingClientRect().height > 0) {
            eyes.disconnect();
            const painted = () => { window.arrived = (performance.now() - began) / 1000; };
            requestAnimationFrame(() => requestAnimationFrame(painted));
        }
    });
    eyes.observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
"""Sets ``window.arrived`` to the seconds between the next click and the painting of what it led to."""
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
        page.get_by_role("option", name=name, exact=True, selected=False).first.click()

    return tuple(lambda page, name=name: act(page, name) for name in names)


def _pressed(name: str) -> Act:
    return lambda page: page.get_by_role("radio", name=name).first.click()


def _labelled(name: str) -> Act:
    return lambda page: page.get_by_text(name, exact=True).first.click()


def _another(label: str) -> Act:
    """Choose what is not chosen yet: the app is surely asked for something."""

    def act(page: Page) -> None:
        page.get_by_role("combobox", name=label).first.click()
        page.get_by_role("option", selected=False).first.click()

    return act


def _at_random(page: Page) -> None:
    button = page.get_by_role("button", name="Somebody at random")
    if not button.is_visible():
        page.get_by_text("Find somebody").click()
    button.click()


def _found(page: Page) -> None:
    _typed("Find an item by its title or id", "Film 17")(page)
