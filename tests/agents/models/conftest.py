"""The tiny model's files, written once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.models.gguf import quantise
from tests.agents.models import tiny


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The tiny model as F32, F16 and Q8_0, and with a chat template."""
    folder = tmp_path_factory.mktemp("tiny")
    exact = tiny.write(folder / "f32.gguf")
    quantise(exact, folder / "q8_0.gguf", "Q8_0")
    tiny.write(folder / "f16.gguf", kind=np.float16)
    tiny.write(folder / "chat.gguf", replace(tiny.SHAPE, template=tiny.TEMPLATE))
    return {path.stem: path for path in folder.glob("*.gguf")}
