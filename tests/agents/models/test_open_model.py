"""Models are looked up by name in one place."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

import agents.models
from agents.models import names, open_model
from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from simenv.errors import UsageError
from tests.contracts.language_model import page, same


def test_a_model_is_opened_by_name_path_or_place(files: Mapping[str, Path]) -> None:
    assert isinstance(open_model("scripted"), ScriptedModel)
    assert isinstance(open_model(str(files["f16"])), LlamaCppModel)
    assert isinstance(open_model("agents.models.scripted:ScriptedModel"), ScriptedModel)


def test_the_embedded_model_comes_from_the_package(
    files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = Path(agents.models.__file__).parents[1]
    assert agents.models.EMBEDDED.relative_to(package) == Path("embedded/model.gguf")
    monkeypatch.setitem(agents.models._FILES, "embedded", files["q8_0"])
    expected = LlamaCppModel(files["q8_0"], threads=1).choose(page(1))
    assert same(expected, open_model("embedded", threads=1).choose(page(1)))


def test_another_package_can_add_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    added = EntryPoints([EntryPoint("dice", "agents.models.scripted:ScriptedModel", "simenv.models")])
    monkeypatch.setattr(agents.models, "entry_points", lambda group: added.select(group=group))
    assert names() == ["dice", "embedded", "scripted"]
    assert isinstance(open_model("dice"), ScriptedModel)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("embeded", "No model named 'embeded'. Did you mean 'embedded'?"),
        ("nowhere/model.gguf", "found none that can be read"),
        ("no.such.module:Model", "No model at 'no.such.module:Model'"),
        ("agents.models.scripted:Nobody", "No model at 'agents.models.scripted:Nobody'"),
    ],
)
def test_an_unknown_model_is_refused_in_one_sentence(name: str, said: str) -> None:
    with pytest.raises(UsageError) as refusal:
        open_model(name)
    assert said in str(refusal.value)


def test_without_llama_cpp_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    for name in [name for name in sys.modules if name.startswith("agents.models.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UsageError, match="pip install"):
        open_model("embedded")
