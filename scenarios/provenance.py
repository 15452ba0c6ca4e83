"""Where a run comes from: what its manifest says, so that anybody can run it again."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from agents.models.usage import Identified
from agents.prompts import prompts
from scenarios.building import Lab
from simenv.data.terms import terms_of
from simenv.errors import UsageError
from simenv.types import FloatArray

_PACKAGES = ("simenv", "numpy", "scipy", "numba", "pyarrow", "implicit", "llama-cpp-python")
_MODEL_TERMS = {
    "embedded": "The embedded model was trained on MovieLens: research and non-commercial use.",
}


def about(lab: Lab, seeds: Sequence[int]) -> dict[str, Any]:
    """What the manifest says of a run that begins."""
    scenario = lab.scenario
    return {
        "seeds": list(seeds),
        "arms": [arm.name for arm in scenario.recommenders],
        "scenario": scenario.model_dump(mode="json"),
        "dataset": {
            "name": lab.dataset.name,
            "sha256": lab.dataset.sha256,
            "scale": lab.dataset.mapping,
            "terms": terms_of(lab.dataset.name),
            "stars": _stars(lab.dataset.train.rating),
        },
        "model": _model(lab),
        "prompts": prompts()["version"],
        "versions": _versions(),
        "commit": _commit(),
    }


def check_same(manifest: dict[str, Any], lab: Lab) -> None:
    """Make sure that a run goes on with what it began with.

    Raises:
        UsageError: data or model are not those of the manifest.
    """
    now = about(lab, manifest["seeds"])
    for part in ("dataset", "model"):
        before = (manifest.get(part) or {}).get("sha256")
        found = (now[part] or {}).get("sha256")
        if before != found:
            raise UsageError(
                f"Expected the {part} that the run began with (sha256 {str(before)[:12]}), found another "
                f"({str(found)[:12]}); bring the first one back, or start a new run with --out."
            )


def _stars(rating: FloatArray) -> dict[str, int]:
    """How many ratings of the train split have how many stars, for those who compare with them."""
    values, counts = np.unique(rating[~np.isnan(rating)], return_counts=True)
    return {f"{value:g}": int(count) for value, count in zip(values, counts, strict=True)}


def _model(lab: Lab) -> dict[str, Any] | None:
    model = lab.minds.model
    if model is None:
        return None
    name = lab.scenario.model
    sha256 = getattr(model, "sha256", None) or (model.identity() if isinstance(model, Identified) else None)
    return {
        "name": name,
        "sha256": sha256,
        "group": getattr(model, "group", 1),
        "terms": _MODEL_TERMS.get(name, "The terms of the model's maker."),
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _commit() -> str | None:
    """The commit of a checkout that the code runs from; None where it was installed."""
    here = Path(__file__).resolve().parent.parent
    if not (here / ".git").exists():
        return None
    try:
        asked = subprocess.run(  # noqa: S603 - no words from outside
            ["git", "-C", str(here), "rev-parse", "HEAD"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip()
