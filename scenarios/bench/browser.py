"""The dashboard in a real browser: Debian's chromium, driven by playwright."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from simenv.errors import SimenvError, UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = '[data-testid="stApp"][data-test-script-state="notRunning"]'
"""The app when it has nothing more to draw."""
PATIENCE = 30_000
"""Milliseconds to wait for anything."""


def missing() -> str:
    """What is missing for a browser, in one sentence; "" when nothing is."""
    if find_spec("playwright") is None:
        return "playwright is not installed; pip install playwright"
    if _program() is None:
        return f"no browser is installed ({', '.join(NAMES)}); on Debian and Ubuntu: apt install chromium"
    return ""


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window.

    Raises:
        UsageError: there is none here.
    """
    if problem := missing():
        raise UsageError(f"Expected a browser, but {problem}.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=_program(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def served(runs: Path) -> Iterator[str]:
    """The app over a folder of runs, as ``simenv dashboard`` serves it; its address.

    Raises:
        SimenvError: it did not start.
    """
    words = [sys.executable, "-m", "simenv", "dashboard", str(runs)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:  # noqa: S603
        try:
            line = server.stdout.readline() if server.stdout else ""
            if "http://" not in line:
                raise SimenvError("The dashboard did not start; see `simenv dashboard`.")
            yield "http://" + line.split("http://")[1].split(" ")[0]
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()  # it waits for open pages


def settled(page: Page) -> None:
    """Wait until the app has drawn everything."""
    page.wait_for_selector(_QUIET, timeout=PATIENCE)


def open_page(page: Page, address: str) -> None:
    """Go to an address; the server may still be starting."""
    from playwright.sync_api import Error

    for _ in range(100):
        try:
            page.goto(address)
            return
        except Error:
            page.wait_for_timeout(100)
    raise SimenvError(f"Nothing answers at {address}.")


def _program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)
