"""``simenv validate``: from a model, data and a folder to a report of how like real people the model is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agents.card import calibration_of
from agents.models import EMBEDDED, open_model
from agents.models.usage import Identified
from agents.prompts import prompts
from scenarios.validity.asking import Interview, Watcher, nobody
from scenarios.validity.controls.every import Controls
from scenarios.validity.evidence import Evidence, Side, fitted_calibration
from scenarios.validity.leakage import failed, leakage
from scenarios.validity.leaves import exactly, leaves
from scenarios.validity.people import Judged, own_split
from scenarios.validity.quantisation import by_name, quantisation
from scenarios.validity.record import Record
from scenarios.validity.released import Files, released
from scenarios.validity.sections import sections
from scenarios.validity.writing import write
from simenv.data import load
from simenv.data.terms import terms_of
from simenv.errors import SimenvError, UsageError
from simenv.metrics.resampling import Bootstrap
from simenv.protocols import Closeable, LanguageModel
from simenv.types import Dataset

__all__ = ["Files", "Wish", "validate"]

FORMAT = 1


@dataclass(frozen=True)
class Wish:
    """What is to be judged, and on whom.

    Args:
        model: a name, or the path of a GGUF file.
        dataset: a name, or a path of ratings.
        users: how many people to report on; at most 300, or all of a released split, where left out.
        files: a released split, None to split the data here.
        seed: of all luck.
        beside: other GGUF files of the same model, to say what smaller numbers cost.
    """

    model: str
    dataset: str
    users: int | None = None
    files: Files | None = None
    seed: int = 0
    beside: Sequence[str] = ()

    @property
    def kinds(self) -> Sequence[str]:
        """Files of the model to be compared; none where it stands alone."""
        return [self.model, *self.beside] if self.beside else []


def validate(wish: Wish, out: Path, watcher: Watcher = nobody) -> dict[str, Any]:
    """Judge a model, and write ``report.json``, ``report.md`` and figures into a folder.

    Returns:
        What ``report.json`` says.

    Raises:
        UsageError: model, data or libraries are missing, or there are too few people.
        SimenvError: something that was to be hidden was not; the report says what.
    """
    _need_libraries()
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # more threads of the controls would change their bits
        report, leaks = _judged(wish, watcher)
    write(report, out)
    if failed(leaks):
        raise SimenvError(f"The report in {out} fails: {'; '.join(failed(leaks))}.")
    return report


def _judged(wish: Wish, watcher: Watcher) -> tuple[dict[str, Any], dict[str, int]]:
    """The report, and what leaked."""
    by_name(wish.kinds)
    record, dataset = Record.of(wish.model), load(wish.dataset, wish.seed)
    judged = _people(wish, dataset, record)
    model = open_model(wish.model)
    try:
        interview = Interview(model, watcher)
        evidence = _gathered(wish, judged, record, interview)
        leaks = leakage(evidence, record, dataset)
        found = {
            "format": FORMAT,
            "model": {**_about_model(wish.model, model), "teachers": list(record.teachers)},
            "data": _about_data(judged, dataset, wish.seed),
            **sections(evidence, interview, record, wish.seed),
            "quantisation": quantisation(evidence, wish.kinds, interview) if wish.kinds else {},
            "leakage": {place: exactly(count) for place, count in leaks.items()},
        }
    finally:
        if isinstance(model, Closeable):
            model.close()
    return leaves(found), leaks


def _need_libraries() -> None:
    missing = next((name for name in ("sklearn", "matplotlib") if find_spec(name) is None), None)
    if missing:
        raise UsageError(
            f"Expected scikit-learn and matplotlib for a report, found no module {missing!r}; install them: "
            f"pip install 'simenv[validate]'."
        )


def _people(wish: Wish, dataset: Dataset, record: Record) -> Judged:
    if wish.files is None:
        return own_split(dataset, record, wish.users, wish.seed)
    return released(dataset, wish.files, record, wish.users, wish.seed)


def _gathered(wish: Wish, judged: Judged, record: Record, interview: Interview) -> Evidence:
    """Fit the controls, and ask the model what most sections look at."""
    controls = Controls.fitted(judged, wish.seed, interview.watcher)
    tuning = Side.asked(judged, judged.unmet, interview, wish.seed)
    return Evidence(
        judged=judged,
        reported=Side.asked(judged, judged.reported, interview, wish.seed),
        tuning=tuning,
        controls=controls,
        opinions=controls.of(judged.reported),
        calibration=calibration_of(wish.model) if record.calibrated else fitted_calibration(tuning),
        bootstrap=Bootstrap(len(judged.reported), wish.seed),
    )


def _about_model(name: str, model: LanguageModel) -> dict[str, Any]:
    """Name, digest and size; a model without a file has only an identity."""
    file = EMBEDDED if name == "embedded" else Path(name)
    known = {"name": name, "prompts": prompts()["version"]}
    if file.is_file():
        content = file.read_bytes()
        return {**known, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    identity = model.identity() if isinstance(model, Identified) else ""
    return {**known, "sha256": identity, "bytes": 0}


def _about_data(judged: Judged, dataset: Dataset, seed: int) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "sha256": dataset.sha256,
        "terms": terms_of(dataset.name),
        "scale": dataset.mapping,
        "split": judged.source,
        "seed": seed,
        "reported": len(judged.reported),
        "tuning": len(judged.validation),
        "tuning_unmet_by_model": int((~judged.met).sum()),
        "learners": len(set(judged.train.user.tolist())),
        "ratings_to_learn_from": len(judged.train),
        "known_of_reported": len(judged.reported.context),
        "hidden_of_reported": len(judged.reported.held),
    }
