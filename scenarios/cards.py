"""What is written about the models that ship, for whoever shows it without loading a model."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def card(name: str) -> str:
    """The model card in Markdown; "" where a model ships none."""
    path = _folder(name) / "MODEL_CARD.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def facts(name: str) -> dict[str, Any]:
    """What the file beside a model that ships says: ``sha256``, ``bytes`` and more; empty without one."""
    path = _folder(name) / "model.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _folder(name: str) -> Path:
    """Where a model that ships lies: found without importing the agents."""
    places = getattr(find_spec("agents"), "submodule_search_locations", None) or ["."]
    return Path(places[0]) / ("embedded" if name == "embedded" else "none")
