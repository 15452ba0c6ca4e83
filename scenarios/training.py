"""Training the model that agents think with: from data sets by name to a GGUF file and its card."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from agents.behaviour.checkpoint import read_about
from agents.behaviour.plan import Lesson, Plan
from agents.behaviour.validation import Worth, evaluate
from agents.card import PREVALENCE
from agents.models import open_model
from agents.prompts import prompts
from simenv.data import load
from simenv.data.terms import terms_of
from simenv.errors import UsageError
from simenv.protocols import Closeable
from simenv.records.manifest import as_json
from simenv.records.whole import whole_file
from simenv.types import Dataset

__all__ = ["CARD", "DATA", "MODEL", "Plan", "card_in_words", "publish", "train_behaviour"]

DATA = ("ml-1m", "ml-100k", "town")
"""What the model that comes with the package learned from; people of the first are kept for validation."""
MODEL, CARD = "model.gguf", "model.json"

Watcher = Callable[[int, int, Mapping[str, float]], None]
"""Is told after each step: how many are done, of how many, and the losses of this one."""


def train_behaviour(names: Sequence[str], plan: Plan, out: Path, watcher: Watcher) -> dict[str, Any]:
    """Train a behaviour model, or go on with its training, and publish it.

    Args:
        names: data sets; people of the first are kept apart for validation.
        out: the folder of the training; a checkpoint in it is gone on with.

    Returns:
        The card of the model.

    Raises:
        UsageError: data or libraries are missing, or another training was begun in the folder.
    """
    datasets = [load(name) for name in names]
    try:
        from agents.behaviour.training import Trainer
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"Expected torch to train with, found no module {missing.name!r}; install it with: "
            f"pip install 'simenv[train]'."
        ) from missing
    trainer = Trainer(datasets, plan, out)
    for losses in trainer.run():
        watcher(trainer.step, plan.steps, losses)
    return publish(datasets, out)


def publish(datasets: Sequence[Dataset], out: Path) -> dict[str, Any]:
    """Write the last checkpoint of a training as ``model.gguf``, and what it is worth as ``model.json``.

    Args:
        datasets: those of the training, in the same order.
        out: the folder of the training.

    Returns:
        The card.
    """
    from agents.behaviour.export import export

    about, model = read_about(out), out / MODEL
    plan = Plan(**about["plan"])
    export(out, model, datasets)
    lesson = Lesson.of(datasets[0], plan.seed, plan.validation_people)
    content = model.read_bytes()
    card = {
        **worth_as_card(worth_of(model, lesson)),
        "prompts": prompts()["version"],
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
        "plan": about["plan"],
        "shape": about["shape"],
        "data": [{"name": d.name, "sha256": d.sha256, "terms": terms_of(d.name)} for d in datasets],
    }
    with whole_file(out / CARD, "train again into the same folder") as file:
        file.write(as_json(card))
    return card


def worth_of(model: Path, lesson: Lesson) -> Worth:
    """What a model file is worth on the people whom its training has kept apart."""
    opened = open_model(str(model))
    try:
        return evaluate(opened, lesson.dataset, lesson.validation)
    finally:
        if isinstance(opened, Closeable):
            opened.close()


def worth_as_card(worth: Worth) -> dict[str, Any]:
    """Calibration and validation as a card has them."""
    learned = worth.calibration
    return {
        "calibration": {
            "slope": learned.slope,
            "intercept": learned.intercept,
            "prevalence": PREVALENCE,
        },
        "validation": {
            "people": worth.people,
            "auc": _known(worth.auc),
            "auc_matched": _known(worth.auc_matched),
        },
    }


def _known(value: float) -> float | None:
    """A number as JSON can have it: None where there was too little to say."""
    return None if math.isnan(value) else value


def card_in_words(card: Mapping[str, Any], out: Path) -> list[str]:
    """What a person wants to know of a model that was trained."""
    worth, learned = card["validation"], card["calibration"]
    auc, matched = ("unknown" if v is None else f"{v:.3f}" for v in (worth["auc"], worth["auc_matched"]))
    return [
        f"On {worth['people']} people it never met: AUC {auc} against items they never rated, {matched} "
        f"against such items of the same popularity.",
        f"P(watch) is calibrated where {learned['prevalence']:.0%} are wanted: slope {learned['slope']:.2f}, "
        f"intercept {learned['intercept']:.2f}.",
        f"Wrote {out / MODEL} ({card['bytes'] / 1e6:.1f} MB) and {out / CARD}.",
    ]
