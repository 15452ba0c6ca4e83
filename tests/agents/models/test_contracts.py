"""Every language model in the package keeps the promises of its contract."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from agents.models.cached import Cached
from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from simenv.protocols import LanguageModel
from tests.contracts.language_model import LanguageModelContract


class TestScripted(LanguageModelContract):
    def make(self) -> LanguageModel:
        return ScriptedModel()


class TestCached(LanguageModelContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder, self.made = tmp_path, 0

    def make(self) -> LanguageModel:
        self.made += 1
        return Cached(ScriptedModel(), self.folder / f"{self.made}.sqlite")


class TestLlamaCpp(LanguageModelContract):
    kind = "f16"

    @pytest.fixture(autouse=True)
    def _files(self, files: Mapping[str, Path]) -> None:
        self.files = files

    def make(self) -> LanguageModel:
        return LlamaCppModel(self.files[self.kind], threads=1)


class TestLlamaCppQuantised(TestLlamaCpp):
    kind = "q8_0"


class TestLlamaCppWithAChatTemplate(TestLlamaCpp):
    kind = "chat"
