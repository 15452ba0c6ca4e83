"""A day of many thinking agents, lived in a process of its own: how long it takes, and how much memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from scenarios.bench.llm_pages import PAGES, SLOTS

_AGENT4REC = 4068.0
"""Seconds that 1,000 agents took in Agent4Rec's own published log (Zhang et al., 2024), by API."""
_WANTED = 60.0


@dataclass(frozen=True)
class Day:
    """What one process measured.

    Args:
        seconds: of the whole run: loading, deciding, remembering, recording.
        peak: megabytes.
        evaluations: of the language model.
    """

    seconds: float
    peak: float
    evaluations: int


def days(few: int, many: int) -> list[tuple[str, float, str, str, float]]:
    """The table's rows: how long a day of many agents takes, and whether memory grows with them."""
    small, large, spare = _apart(few, few), _apart(many, many), _apart(many, few)
    case = f"a run of {many:,} agents, at most {PAGES} pages of {SLOTS} items"
    beside = f"{few:,} agents: {small.peak:,.0f} MB"
    return [
        (case, large.seconds, "s", f"Agent4Rec's own log: {_AGENT4REC:,.0f} s for 1,000", _AGENT4REC),
        (case, large.seconds, "s", f"wanted: {_WANTED:.0f} s for 1,000", _WANTED),
        (f"{case}, peak, all words of the day kept", large.peak, "MB", beside, small.peak),
        (f"{case}, peak, words of {few:,} kept", spare.peak, "MB", beside, small.peak),
    ]


def live(agents: int, keep: int, folder: Path) -> Day:
    """A day of a scenario with records, in this process.

    Args:
        agents: how many.
        keep: of how many words are recorded.
        folder: for the run.
    """
    from scenarios.running import run

    values = {"dataset": "town", "agents": agents, "users": "language", "recommenders": ["popularity"]}
    values |= {"pages": PAGES, "slots": SLOTS, "reasons": 0, "keep": keep}
    began = perf_counter()
    found = run("demo", values, out=folder / "run")
    took = perf_counter() - began
    return Day(took, _peak(), int(found.manifest["thinking"]["evaluations"]))


def _peak() -> float:
    """Most megabytes that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux: what getrusage says of a child counts its parent's memory
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _apart(agents: int, keep: int) -> Day:
    command = [sys.executable, "-m", __name__, str(agents), str(keep)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return Day(**json.loads(told.stdout))


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        sys.stdout.write(json.dumps(asdict(live(int(sys.argv[1]), int(sys.argv[2]), Path(scratch)))))
