"""simenv: a laboratory where recommenders meet simulated people.

>>> import simenv
>>> run = simenv.run("crowd", agents=50)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from simenv.records.run import Run

__version__ = "0.1.0"
__all__ = ["__version__", "open_run", "run"]


def run(scenario: str, *, seeds: int = 1, out: str | Path | None = None, **values: Any) -> Run:
    """Run a scenario and give its tables.

    Args:
        scenario: the name of one that ships, or the path of a YAML file.
        seeds: how many times, each with luck of its own.
        out: the run folder; ``runs/<name>`` where left out.
        values: what to change in the scenario, for example ``agents=200``.

    Returns:
        The finished run: ``run.interactions``, ``run.metrics`` and so on are Arrow tables.

    Raises:
        UsageError: a name or value that cannot be, in one sentence.
    """
    from scenarios import run as run_scenario  # composed where all parts may meet, and only when needed

    return run_scenario(scenario, values, seeds=seeds, out=out)


def open_run(path: str | Path) -> Run:
    """The run in a folder, finished or still running."""
    from simenv.records.run import Run

    return Run(path)
