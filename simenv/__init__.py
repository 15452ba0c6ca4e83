"""simenv: a laboratory where recommenders meet simulated people.

>>> import simenv
>>> run = simenv.run("crowd", agents=50)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simenv.records.run import Run

__version__ = "0.1.0"
__all__ = ["__version__", "open_run", "run"]


def run(scenario: str, **values: Any) -> Run:
    """Run a scenario and give its tables.

    Args:
        scenario: the name of one that ships, or the path of a YAML file.
        values: what to change in it, for example ``agents=200``; and ``out`` for the run folder.

    Returns:
        The finished run: ``run.interactions``, ``run.metrics`` and so on are Arrow tables.

    Raises:
        UsageError: a name or value that cannot be, in one sentence.
    """
    from scenarios import run as run_scenario  # composed where all parts may meet, and only when needed

    return run_scenario(scenario, values)


def open_run(path: str) -> Run:
    """The run in a folder, finished or still running."""
    from simenv.records.run import Run

    return Run(path)
