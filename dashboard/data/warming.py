"""What takes longest to count for a run's pages, counted while somebody still looks at another page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from threading import Thread, main_thread

from dashboard.data import items, measures, paired, people, stars
from dashboard.data.files import Stamp
from dashboard.data.opened import Opened
from dashboard.data.totals import RATIOS
from dashboard.data.traits import TRAITS
from scenarios import starting
from simenv.errors import SimenvError

NAME = "simenv-warming"
"""Of the threads that do it."""
_PAUSE = 0.5
"""Seconds: first the page that somebody waits for is drawn."""
_MOST = 2**30
"""Bytes of interactions, about a hundred million; more are counted when somebody asks."""


def begin(run: Opened) -> None:
    """Warm a run that changes no more, in a thread that only reads; once for each state of its files."""
    size = sum(size for name, _, size in run.files if name.startswith("interactions/"))
    if run.state != "running" and size <= _MOST:
        _begin(run.folder, run.files)


@lru_cache(maxsize=1)
def ask_names() -> None:
    """Ask once what a new run can name, which takes a process of its own, before somebody wants one."""
    Thread(target=_names, name=NAME, daemon=False).start()


def warm(run: Opened) -> None:
    """Ask what pages ask of interactions and pages when they are opened; the answers are kept for them."""
    asked = (_overview, _items, _somebody, _differences) if run.arms and run.seeds else ()
    for _ in chain.from_iterable(ask(run) for ask in asked):
        if not main_thread().is_alive():  # the program ends, and does not wait for the rest
            return


@lru_cache(maxsize=256)
def _begin(folder: Path, files: Stamp) -> None:  # noqa: ARG001 - changed files are counted anew
    # what a page starts is else a daemon, which the end of the program cuts off inside DuckDB
    Thread(target=_later, args=(folder,), name=NAME, daemon=False).start()


def _later(folder: Path) -> None:
    time.sleep(_PAUSE)
    with suppress(SimenvError):  # whoever opens the page is told
        warm(Opened(folder))


def _names() -> None:
    time.sleep(_PAUSE)
    with suppress(SimenvError):
        starting.known_names()


def _overview(run: Opened) -> Iterator[object]:
    yield stars.given(run)
    if run.days == 1:
        yield measures.by_page(run, next(iter(measures.MEASURES)))


def _items(run: Opened) -> Iterator[object]:
    yield items.by_popularity(run)
    yield items.tenths(run)
    yield items.concentration(run)
    yield items.themes_over_time(run, run.arms[0], "day" if run.days > 1 else "page")
    for item in items.found(run, "")["item"][:1]:
        yield items.audience(run, item)
        yield items.stars(run, item)
        yield items.by_trait(run, item, TRAITS[0])


def _somebody(run: Opened) -> Iterator[object]:
    here = (run.seeds[0], run.arms[0])
    for user in people.found(run, here, people.Wanted())["user"][:1]:
        seen = people.pages(run, here[0], user)
        visits = zip(seen["arm"], seen["round"], seen["page"], strict=True)
        for when in [(day, page) for arm, day, page in visits if arm == here[1]][:1]:
            yield people.shown(run, here, user, when)
            yield people.remembered(run, here, user, when)


def _differences(run: Opened) -> Iterator[object]:
    first, *others = paired.sides([run])
    for other in others:
        yield paired.Pairing(first, other).of(next(iter(RATIOS)))
