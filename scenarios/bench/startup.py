"""How long it takes until something can be done."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter

_RUNS = 5


def bench_import() -> list[dict[str, object]]:
    """Seconds for ``import simenv`` and for ``simenv --help``, beside starting Python alone."""
    bare = _seconds("pass")
    cases = {
        "import simenv": max(_seconds("import simenv") - bare, 0.0),
        "simenv --help": _seconds(
            "import sys; sys.argv = ['simenv', '--help']; from simenv.cli import main; main()"
        ),
    }
    return [
        {
            "bench": "import",
            "case": case,
            "value": seconds,
            "unit": "s",
            "baseline": f"python alone, {bare:.3f} s",
            "ratio": seconds / bare,
        }
        for case, seconds in cases.items()
    ]


def _seconds(code: str) -> float:
    """The median over some runs of a fresh Python."""
    return median(_once(code) for _ in range(_RUNS))


def _once(code: str) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return perf_counter() - began
