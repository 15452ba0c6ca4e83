"""What a run would cost, from a few real pages of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from agents.models.usage import Metered
from scenarios.building import Lab
from scenarios.loading import load_scenario
from scenarios.provenance import about
from simenv.loop import loop
from simenv.records.folder import RunFolder
from simenv.records.recorder import Recorder

_PATIENCE = 3.0
"""Seconds of trying; the first block of pages is always tried to its end."""


@dataclass(frozen=True)
class Cost:
    """Upper bounds: every visit is counted with all its pages.

    Args:
        pages: agent-pages at most.
        seconds, tokens, disk: of all of them; bytes on the disk.
        tried: agent-pages that were really computed to find out.
    """

    pages: int
    seconds: float
    tokens: int
    disk: int
    tried: int

    def sentences(self) -> list[str]:
        """What a person wants to know before a long run."""
        hours, minutes = divmod(round(self.seconds / 60), 60)
        time = f"{hours} h {minutes} min" if self.seconds >= 90 else f"{self.seconds:.0f} s"
        return [
            f"At most {self.pages:,} agent-pages: about {time}, {self.tokens:,} tokens and "
            f"{self.disk / 1e6:,.1f} MB on the disk (measured on {self.tried:,} pages; nothing was kept).",
        ]


def estimate(name: str, changes: Mapping[str, Any], seeds: int) -> Cost:
    """Try a few pages of a scenario's first recommender and say what all of them would cost.

    Raises:
        UsageError: the scenario cannot be, as in a real run.
    """
    lab = Lab.of(load_scenario(name, changes))
    scenario = lab.scenario
    pages = scenario.agents * scenario.pages * scenario.rounds * len(scenario.recommenders) * seeds
    with TemporaryDirectory() as scratch:
        folder = RunFolder.create(Path(scratch) / "tried", about(lab, [scenario.seed]))
        try:
            tried, seconds = _try(lab, folder)
            disk = sum(part.stat().st_size for part in folder.path.rglob("part-*.parquet"))
            model = lab.minds.model
            tokens = model.usage().prompt if isinstance(model, Metered) else 0
        finally:
            folder.close()
            lab.close()
    each = pages / tried
    return Cost(pages, seconds * pages, round(tokens * each), round(disk * each), tried)


def _try(lab: Lab, folder: RunFolder) -> tuple[int, float]:
    """How many agent-pages were tried, and the seconds of one, the first ones left out, which compile."""
    scenario, arm = lab.scenario, lab.scenario.recommenders[0]
    recommender = lab.recommender(arm, scenario.seed)
    recorder = Recorder(folder, folder.world(scenario.seed, arm.name), lab.population, keep=scenario.keep)
    began, tried = perf_counter(), 0
    warm: tuple[float, int] | None = None
    for step in loop(lab.world(scenario.seed), recommender, scenario.slots):
        recorder.write(step)
        tried += len(step.left)
        warm = warm or (perf_counter(), tried)
        if perf_counter() - began > _PATIENCE or int(step.slate.visit.round[0]) > 0:
            break
    recorder.end_round()
    since, before = warm if warm and tried > warm[1] else (began, 0)
    return tried, (perf_counter() - since) / (tried - before)
