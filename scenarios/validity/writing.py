"""A report on the disk: ``report.json`` for programs, ``report.md`` for people, figures for both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.validity.drawings import drawings
from scenarios.validity.words import in_words
from simenv.records.manifest import as_json
from simenv.records.whole import whole_file

JSON, MARKDOWN = "report.json", "report.md"
_WAY_OUT = "validate again into the same folder"


def write(report: Mapping[str, Any], out: Path) -> None:
    """Write all of it; each file appears whole, the report itself last."""
    out.mkdir(parents=True, exist_ok=True)
    drawn = drawings(report)
    for name, picture in drawn.items():
        _put(out / f"{name}.png", picture)
    _put(out / MARKDOWN, "\n".join(in_words(report, list(drawn))).encode())
    _put(out / JSON, as_json(report))


def _put(path: Path, content: bytes) -> None:
    with whole_file(path, _WAY_OUT) as file:
        file.write(content)
