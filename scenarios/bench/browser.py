"""The dashboard in a real browser: Debian's chromium, driven by playwright."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from simenv.errors import SimenvError, UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves when what is there has been painted."""
_QUIET = '[data-testid="stApp"][data-test-script-state="notRunning"]'
"""The app when it has nothing more to draw."""
_CHART = ".js-plotly-plot .main-svg"
PATIENCE = 120_000
"""Milliseconds to wait for anything, on a machine that is busy with other things."""


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
    """The words that serve the app over a folder of runs, on a port of its own: others may start one too."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return ["simenv", "dashboard", str(runs), f"--port={port}"]


def settled(page: Page) -> None:
    """Wait until the app has drawn everything."""
    page.wait_for_selector(_QUIET, timeout=PATIENCE)
    page.evaluate(_FRAMES)


def ready(page: Page) -> None:
    """Wait until the page can draw charts: one without any learns it when it has stood for a while."""
    page.wait_for_selector(_CHART, timeout=PATIENCE, state="attached")
    settled(page)


class Answers:
    """The answers that a page has had in full, as the server says: the browser may draw several at once.

    Args:
        page: before it goes anywhere.
    """

    def __init__(self, page: Page) -> None:
        self._page, self._had = page, 0
        page.on("websocket", self._join)

    def after(self, act: Callable[[Page], None]) -> None:
        """Do something that asks the app, and wait until its answer has come and is drawn.

        Raises:
            SimenvError: it never came.
        """
        had, end = self._had, time.monotonic() + PATIENCE / 1000
        act(self._page)
        while self._had == had:
            if time.monotonic() > end:
                raise SimenvError("Expected an answer from the dashboard, found none; was anything asked?")
            self._page.wait_for_timeout(5)
        settled(self._page)

    def _join(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._hear)

    def _hear(self, said: str | bytes) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        if isinstance(said, bytes):
            message = ForwardMsg.FromString(said)
            finished = message.WhichOneof("type") == "script_finished"
            self._had += finished and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


def _wait_for(address: str) -> None:
    """Wait until a server answers.

    Raises:
        SimenvError: it never does.
    """
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        with suppress(OSError, ValueError), urlopen(f"{address}/_stcore/health", timeout=10):  # noqa: S310
            return
        time.sleep(0.1)
    raise SimenvError(f"Expected a server at {address or 'an address'}, found none; see `simenv dashboard`.")


def _program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)
