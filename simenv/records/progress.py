"""How far a run is, for people and programs that watch it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from simenv.errors import SimenvError
from simenv.records.folder import RunFolder
from simenv.records.manifest import as_json
from simenv.types import NOTHING, Step

FILE = Path("progress.json")
BEAT = 1.0
"""Seconds between two heartbeats."""
STALE = 30.0
"""Seconds without a heartbeat after which a run counts as dead."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much there is to do: worlds (seeds times arms), rounds in each, agents in each round."""

    worlds: int
    rounds: int
    agents: int


class Progress:
    """Counts what a run does, and while it is entered writes ``progress.json`` about once a second.

    The heartbeat comes from a thread of its own, so it beats while one page of many agents takes long.

    Args:
        done: visits that were over or missed before, when the run was stopped: agents times rounds.
        clock: seconds that only go forward.
    """

    def __init__(
        self, folder: RunFolder, plan: Plan, *, done: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._clock = clock
        self._began = self._since = clock()
        self._busy = 0.0
        self._before = self._passed = done
        self._worlds = done // max(plan.rounds * plan.agents, 1)
        self._round_visits = 0
        self._decisions = 0
        self._thinking: Mapping[str, float] = {}
        self._where: dict[str, Any] = {"seed": None, "arm": None, "round": 0}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._write()

    def at(self, seed: int, arm: str, day: int) -> None:
        """Say which round of which world begins."""
        if (seed, arm) != (self._where["seed"], self._where["arm"]):
            self._since = self._clock()  # what came before was fitting
            self._worlds += self._where["arm"] is not None
        self._passed = (self._worlds * self._plan.rounds + day) * self._plan.agents
        self._where = {"seed": seed, "arm": arm, "round": day}
        self._round_visits = 0

    def update(self, step: Step, thinking: Mapping[str, float] = MappingProxyType({})) -> None:
        """Count one page of one block of agents: each item on it is one decision of each agent.

        Args:
            thinking: what thinking has cost since the start; nothing where nobody thinks.
        """
        now = self._clock()
        self._busy += now - self._since
        self._since = now
        ended = int(step.left.sum())
        self._decisions += int((step.slate.items != NOTHING).sum())
        self._round_visits += ended
        self._thinking = thinking

    def snapshot(self) -> dict[str, Any]:
        """Where the run is, how fast it goes, and how many seconds are left (None where unknown).

        Rates are over the time in which people decided: fitting a recommender is left out of them.
        """
        seconds, busy = max(self._clock() - self._began, 1e-9), max(self._busy, 1e-9)
        total = self._plan.worlds * self._plan.rounds * self._plan.agents
        now = min(self._passed + self._round_visits, total)
        hits, misses = (self._thinking.get(pages, 0) for pages in ("remembered_pages", "asked_pages"))
        return {
            **self._where,
            "rounds": self._plan.rounds,
            "agents_done": self._round_visits,
            "agents": self._plan.agents,
            "share": now / max(total, 1),
            "decisions_per_s": self._decisions / busy,
            "tokens_per_s": self._thinking.get("prompt_tokens", 0) / busy,
            "cache_hits": hits,
            "cache_hit_rate": hits / (hits + misses) if hits + misses else None,
            "thinking": dict(self._thinking),
            "time_left_s": (total - now) * seconds / (now - self._before) if now > self._before else None,
            "heartbeat": time.time(),
        }

    def _beat(self) -> None:
        self._write()
        while not self._over.wait(BEAT):
            self._write()

    def _write(self) -> None:
        with suppress(OSError, SimenvError):  # a full disk stops the run where it writes its records
            self._folder.write(FILE, lambda file: file.write(as_json(self.snapshot())))


def read_progress(folder: Path) -> dict[str, Any] | None:
    """What a run last said about its progress; None where it said nothing."""
    try:
        progress: dict[str, Any] = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return progress
