"""Trained recommenders without a training: their weights are luck."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from recommenders.insight import CANDIDATE, PERSON
from recommenders.saved import Saved
from recommenders.slateq.minds import Minds, Units
from recommenders.towers import Scales, Shape, Towers, begin
from simenv.luck import stream

SHAPE = Shape(PERSON, CANDIDATE, hidden=8, width=4)


def saved(folder: Path, algorithm: str = "slateq", candidates: int = 40) -> str:
    """Save one that was never trained, and name it."""
    network: nn.Module = Towers(SHAPE, Scales.none(SHAPE))
    if algorithm == "slateq":
        network = Minds(SHAPE, Scales.none(SHAPE), Units())
    begin(network, 3)
    with torch.no_grad():
        for number, weights in enumerate(network.parameters()):
            luck = stream(1, "tests.learned").uniform(number, np.arange(weights.numel())) - np.float32(0.5)
            weights += torch.from_numpy(luck).reshape(weights.shape)
    about = {
        "algorithm": algorithm,
        "shape": {"state": PERSON, "features": CANDIDATE, "hidden": 8, "width": 4},
        "choice": "independent",
        "retriever": {"use": "item_knn", "settings": {"neighbours": 30}},
        "candidates": candidates,
        "window": 8,
        "course": {"scenario": "crowd"},
    }
    columns = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    Saved(about, columns).write(folder)
    return f"model:{folder}"
