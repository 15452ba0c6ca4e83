"""What smaller numbers cost a model: the same pages asked in several files of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from agents.models import EMBEDDED, open_model
from scenarios.validity.asking import Answers, Interview
from scenarios.validity.cold import measured
from scenarios.validity.evidence import Evidence
from scenarios.validity.leaves import exactly
from scenarios.validity.pages import MATCHED, UNIFORM
from simenv.data import load
from simenv.errors import UsageError
from simenv.metrics.resampling import Figure
from simenv.protocols import Closeable

KINDS = ("F16", "Q8_0", "Q4_K_M")
_PAGE = 10
"""Items on the pages that speed is counted in."""


@dataclass(frozen=True)
class File:
    """What one file of a model is worth.

    Args:
        size: bytes.
        speed: pages of ten items a second, personas included.
        auc: by kind of page, 1:1.
    """

    size: int
    speed: float
    auc: Mapping[str, Figure]


def quantisation(evidence: Evidence, files: Sequence[str], interview: Interview) -> dict[str, Any]:
    """Every file's AUC, what it loses against the largest file, its bytes and its pages a second.

    The loss of the first file, which is the one reported on, stands before all.

    Args:
        files: names or paths of GGUF files of one model.
        interview: whose watcher is told how far it is.

    Raises:
        UsageError: a file is not there, or two have the same name.
    """
    found = {name: _judged(evidence, path, interview) for name, path in by_name(files).items()}
    largest = max(found.values(), key=lambda file: file.size)
    rows = {
        name: {
            "auc": file.auc,
            "loss": {kind: largest.auc[kind] - auc for kind, auc in file.auc.items()},
            "bytes": exactly(file.size),
            "pages_per_second": exactly(file.speed),
        }
        for name, file in found.items()
    }
    return {"loss": rows[next(iter(rows))]["loss"], "files": rows}


def by_name(files: Sequence[str]) -> dict[str, Path]:
    """Where each file is, by the name that it has in the report.

    Raises:
        UsageError: a file is not there, or two have the same name.
    """
    paths = {Path(file).stem: EMBEDDED if file == "embedded" else Path(file) for file in files}
    missing = [f"; there is no {path}" for path in paths.values() if not path.is_file()]
    if missing or len(paths) < len(files):
        raise UsageError(
            f"Expected GGUF files of different names to compare, found {', '.join(files)}"
            f"{''.join(missing[:1])}; rename one or leave it out."
        )
    return paths


def every_kind(folder: Path, out: Path) -> list[Path]:
    """A training's last checkpoint as a file of each kind, to compare them.

    Raises:
        UsageError: there is no checkpoint, or its data are not those of the training any more.
    """
    from agents.behaviour.checkpoint import read_about
    from agents.behaviour.export import export

    datasets = [load(name) for name in read_about(folder)["data"]]
    out.mkdir(parents=True, exist_ok=True)
    files = [out / f"{kind}.gguf" for kind in KINDS]
    for file in files:
        export(folder, file, datasets, file.stem)
    return files


def _judged(evidence: Evidence, path: Path, interview: Interview) -> File:
    """One file, opened anew so that none is quicker for having been asked before."""
    model = open_model(str(path))
    try:
        began = perf_counter()
        answers = _answers(evidence, replace(interview, model=model))
        seconds = perf_counter() - began
    finally:
        if isinstance(model, Closeable):
            model.close()
    auc = {}
    for kind in (UNIFORM, MATCHED):
        page = evidence.reported.panel[kind][1]
        yes = answers.yes[answers.at(page.row, page.item)]
        auc[kind] = measured({"file": yes}, page, evidence.bootstrap)["file"]["auc"]
    return File(path.stat().st_size, len(answers.item) / _PAGE / seconds, auc)


def _answers(evidence: Evidence, interview: Interview) -> Answers:
    """About everything on both kinds of pages, each pair once."""
    judged, panel = evidence.judged, evidence.reported.panel
    row, item = (
        np.concatenate([getattr(panel[kind][1], name) for kind in (UNIFORM, MATCHED)])
        for name in ("row", "item")
    )
    pairs = np.unique(np.stack([row, item]), axis=1)
    return interview.ask(judged.catalog, judged.population(evidence.reported.group), *pairs)
