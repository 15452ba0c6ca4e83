"""The dashboard in a real browser: Debian's chromium, driven by playwright."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

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
def served(words: Sequence[str]) -> Iterator[str]:
    """A server that says its address when it starts, once it answers; its address.

    Args:
        words: what stands behind ``python -m``.

    Raises:
        SimenvError: it did not start.
    """
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:  # noqa: S603
        try:
            said = (line for line in server.stdout or () if "http://" in line)
            address = "http://" + next(said, "").partition("http://")[2].split(" ")[0].strip()
            _wait_for(address)
            yield address
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()  # it waits for open pages


def dashboard(runs: Path) -> list[str]:
    """The words that serve the app over a folder of runs."""
    return ["simenv", "dashboard", str(runs)]


def settled(page: Page) -> None:
    """Wait until the app has drawn everything."""
    page.wait_for_selector(_QUIET, timeout=PATIENCE)


def _wait_for(address: str) -> None:
    """Wait until a server answers.

    Raises:
        SimenvError: it never does.
    """
    for _ in range(300):
        with suppress(OSError, ValueError), urlopen(f"{address}/_stcore/health", timeout=10):  # noqa: S310
            return
        time.sleep(0.1)
    raise SimenvError(f"Expected a server at {address or 'an address'}, found none; see `simenv dashboard`.")


def _program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)
