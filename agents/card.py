"""What a model's file says about itself: the JSON beside a GGUF file."""

from __future__ import annotations

import json
import math
from pathlib import Path

from agents.language_policy import Calibration
from agents.models import EMBEDDED
from simenv.errors import UsageError

PREVALENCE = 0.5
"""The share of wanted items at which a card's calibration holds."""


def calibration_of(model: str) -> Calibration:
    """How to read a model's P(yes): from ``calibration`` in the JSON beside it, or as it is.

    Args:
        model: ``embedded``, or the path of a GGUF file; ``my.gguf`` has its card in ``my.json``.

    Raises:
        UsageError: there is a card that cannot be read.
    """
    path = EMBEDDED if model == "embedded" else Path(model)
    if not path.is_file() or not path.with_suffix(".json").is_file():
        return Calibration()
    card = path.with_suffix(".json")
    try:
        values = json.loads(card.read_text(encoding="utf-8")).get("calibration", {})
        slope, intercept = float(values.get("slope", 1.0)), float(values.get("intercept", 0.0))
        if not math.isfinite(slope + intercept):
            raise ValueError(f"slope {slope}, intercept {intercept}")
    except (ValueError, TypeError, AttributeError) as problem:
        raise UsageError(
            f"Expected a model card with calibration.slope and calibration.intercept in {card}, found one "
            f"that cannot be read ({problem}); mend it or move it away."
        ) from None
    return Calibration(slope, intercept)
