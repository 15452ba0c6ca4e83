"""The language models that agents think with, looked up by name here.

A model of one's own plugs in as ``"package.module:Class"`` or as an entry point in the group
``simenv.models``; its class is called without arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import cast

from simenv.errors import UsageError, unknown_name
from simenv.protocols import LanguageModel

EMBEDDED = Path(str(files(__name__))).parent / "embedded" / "model.gguf"
"""The model that comes with the package."""

_FILES = {"embedded": EMBEDDED}
_CLASSES = {"scripted": "agents.models.scripted:ScriptedModel"}


def names() -> list[str]:
    """The models that can be named, ours and those that other packages add."""
    return sorted({**_FILES, **_places()})


def open_model(name: str, **wishes: int) -> LanguageModel:
    """The model of that name, ready to be asked.

    Args:
        name: one of ``names()``, the path of a GGUF file, or ``"package.module:Class"``.
        wishes: how llama.cpp is to run a GGUF model, names and values of ``agents.models.settings.Wishes``.

    Raises:
        UsageError: there is no such model, or it cannot be loaded.
    """
    path = _FILES.get(name, Path(name))
    if name in _FILES or path.suffix == ".gguf" or path.is_file():
        return _open_file(path, wishes)
    places = _places()
    if name not in places and ":" not in name:
        raise unknown_name("model", name, {**_FILES, **places})
    return _load(places.get(name, name))


def _places() -> dict[str, str]:
    """Where each named class is, as ``package.module:Class``."""
    added = {entry.name: entry.value for entry in entry_points(group="simenv.models")}
    return {**added, **_CLASSES}


def _open_file(path: Path, wishes: Mapping[str, int]) -> LanguageModel:
    try:
        from agents.models.llama_cpp import LlamaCppModel
        from agents.models.settings import Wishes
    except ModuleNotFoundError as error:
        raise UsageError(
            f"Expected llama-cpp-python to open {path}, found no module {error.name!r}; "
            f"install it with: pip install 'simenv[llama]'."
        ) from error
    return LlamaCppModel(path, **cast(Wishes, wishes))


def _load(place: str) -> LanguageModel:
    """A new model of the class at ``package.module:Class``."""
    module, _, attribute = place.partition(":")
    try:
        model: LanguageModel = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise UsageError(
            f"No model at {place!r} ({error}); expected 'package.module:Class' that can be imported "
            f"and called without arguments."
        ) from error
    return model
