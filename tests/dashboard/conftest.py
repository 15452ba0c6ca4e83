"""Small real runs, and the app over them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import simenv

pytest.importorskip("streamlit", reason="the dashboard's extra is not installed")

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parent.parent.parent
ARMS = ["random", "popularity", "ease"]
PATIENCE = 120
"""Seconds to wait for anything, on a machine that is busy with other things."""

Look = Callable[..., AppTest]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of light agents (two days, two seeds) and one of thinking ones."""
    folder = tmp_path_factory.mktemp("dashboard") / "runs"
    simenv.run("crowd", agents=40, rounds=2, recommenders=ARMS, seeds=2, out=folder / "light")
    simenv.run("demo", agents=6, recommenders=["popularity", "ease"], pages=2, out=folder / "thinking")
    return folder


@pytest.fixture
def look(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Opens a page of the app: ``look("overview", run="light")``; another folder with ``at=``."""

    def opened(page: str, at: Path = runs, **query: str) -> AppTest:
        monkeypatch.setenv("SIMENV_RUNS", str(at))
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=PATIENCE)
        app.query_params.update(query)
        return app.switch_page(f"views/{page}.py").run() if page != "runs" else app.run()

    return opened


def until(true: Callable[[], Any], otherwise: Callable[[], str] = lambda: "it never came") -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.05)


def address(app: AppTest, name: str) -> str:
    """A value in the page's address."""
    held = app.query_params[name]
    return held if isinstance(held, str) else str(held[-1])


def words(app: AppTest) -> str:
    """Everything that a page says, as it is written for the browser."""
    kinds = ("title", "header", "markdown", "text", "caption", "error", "warning", "info", "success", "code")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))
