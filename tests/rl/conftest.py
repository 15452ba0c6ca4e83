"""What learns needs libraries that not everybody has."""

from __future__ import annotations

import importlib.util

import pytest

NEEDED = ("torch", "safetensors", "gymnasium", "stable_baselines3", "sb3_contrib", "tensorboard")

missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
collect_ignore_glob: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot be run here, and say why."""
    if missing:
        for item in items:
            if item.path.parent.name == "rl":
                item.add_marker(
                    pytest.mark.skip(reason=f"needs {', '.join(missing)}: pip install 'simenv[rl]'")
                )
