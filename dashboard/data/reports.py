"""Reports of ``simenv validate``: how much a model behaves like real people, beside its controls."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.data.asking import Columns
from dashboard.data.files import entries
from dashboard.data.opened import Opened

FILE = "report.json"
FOLDER = "validation"
METRICS = ("auc", "accuracy", "precision", "recall", "f1")
_MOST = 4 * 2**20
_DEEPEST = 12


@dataclass(frozen=True)
class Report:
    """One report, as it was found.

    Args:
        name: of its folder.
        content: as read; any part may be missing or foreign.
    """

    name: str
    content: Mapping[str, Any]

    def of(self, run: Opened) -> bool:
        """Whether it is about the model of a run."""
        return self.sha256 != "" and self.sha256 == run.word("model", "sha256")

    @property
    def sha256(self) -> str:
        """The digest of the model's file; "" where the report does not say."""
        said = self.content.get("model")
        return str(said.get("sha256") or "") if isinstance(said, Mapping) else ""

    def kinds(self) -> list[tuple[str, str]]:
        """What alignment was measured against: the kind of negatives, and how many to one."""
        found = self.content.get("alignment")
        return [
            (str(kind), str(ratio))
            for kind, ratios in (found.items() if isinstance(found, Mapping) else ())
            if isinstance(ratios, Mapping)
            for ratio in ratios
        ]

    def alignment(self, kind: str, ratio: str, metric: str) -> Columns:
        """One metric of the model and its controls, the best first: system, value, low, high."""
        systems = self.content["alignment"][kind][ratio]
        cells = [
            (str(name), *leaf)
            for name, own in (systems.items() if isinstance(systems, Mapping) else ())
            if isinstance(own, Mapping) and (leaf := _leaf(own.get(metric)))
        ]
        return _columns(("system", "value", "low", "high"), sorted(cells, key=lambda cell: -cell[1]))

    def everything(self) -> Columns:
        """Every figure of the report: figure (its path in words), value, low, high."""
        return _columns(("figure", "value", "low", "high"), list(_leaves(self.content, ())))


def found(run: Opened) -> list[Report]:
    """The reports beside a run: those about its model first."""
    beside = run.folder.parent
    places = [beside / name for name in _folders(beside)]
    places += [place / name for place in (beside / FOLDER,) for name in _folders(place)]
    places += [run.folder / FOLDER] if FOLDER in _folders(run.folder) else []
    reports = [Report(place.name, content) for place in places if (content := _read(place)) is not None]
    return sorted(reports, key=lambda report: (not report.of(run), report.name))


def _folders(place: Path) -> list[str]:
    try:
        if place.is_symlink():
            return []
        return sorted(e.name for e in entries(place) if e.is_dir(follow_symlinks=False) and e.name[0] != ".")
    except OSError:
        return []


def _read(place: Path) -> Mapping[str, Any] | None:
    """The report in a folder; None where there is none that can be read."""
    try:
        with open(os.open(place / FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            content = json.loads(file.read(_MOST))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _leaves(
    part: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[str, float, float | None, float | None]]:
    for name, own in part.items():
        here = (*path, str(name))
        leaf = _leaf(own)
        if leaf:
            yield (" / ".join(here).replace("_", " "), *leaf)
        elif isinstance(own, Mapping) and len(here) < _DEEPEST:
            yield from _leaves(own, here)


def _leaf(found: Any) -> tuple[float, float | None, float | None] | None:
    """Value, low and high; None where it is something else."""
    if not isinstance(found, Mapping):
        return None
    value = _number(found.get("value"))
    return None if value is None else (value, _number(found.get("low")), _number(found.get("high")))


def _number(found: Any) -> float | None:
    known = isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)
    return float(found) if known else None


def _columns(names: tuple[str, ...], cells: list[tuple[Any, ...]]) -> Columns:
    return {name: [cell[at] for cell in cells] for at, name in enumerate(names)}
