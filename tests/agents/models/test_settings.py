"""How llama.cpp runs is said in a scenario, or found from the machine."""

from __future__ import annotations

import pytest

from agents.models.llama_cpp import LlamaCppModel
from agents.models.settings import Settings, cores
from scenarios.building import Lab
from scenarios.loading import load_scenario
from simenv.errors import UsageError


def test_what_a_scenario_says_reaches_the_model() -> None:
    said = {"threads": 2, "contexts": 1, "context": 512, "batch": 128}
    said |= {"gpu_layers": 0, "persona_budget_mb": 8, "group": 3}
    lab = Lab.of(load_scenario("demo", {"agents": 2, "llama": said}))
    try:
        assert isinstance(lab.minds.model, LlamaCppModel)
        assert lab.minds.model.settings == Settings(2, 1, 512, 128, 0, 8 << 20, 3)
        assert lab.minds.model.context == 512
    finally:
        lab.close()


def test_what_is_left_out_is_found_from_the_machine() -> None:
    found = Settings.of({})
    assert found.threads == found.contexts == min(cores(), 8)
    assert found.group == 1
    assert found.kept(6000) == 8192 * 6000
    assert found.longest(trained=1024) == 1024
    assert found.longest(trained=131_072) == 4096


def test_a_gpu_gets_pages_of_several_agents_at_once_from_one_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.models.settings.has_gpu", lambda: True)
    found = Settings.of({})
    assert (found.contexts, found.group) == (1, 8)
    alone, together = Settings.of({"gpu_layers": 0}), Settings.of({"group": 100})
    assert alone.group == 1
    assert together.size(1024).cells > alone.size(1024).cells
    assert together.size(1024).sequences == 256


def test_threads_are_shared_out_to_contexts_and_none_is_left_without() -> None:
    shared = Settings.of({"threads": 5, "contexts": 2})
    assert shared.size(1024).threads == 3
    assert Settings.of({"threads": 2, "contexts": 7}).contexts == 2
    assert shared.writing(1024).threads == 5


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("llama.thread", 2, "'llama.threads'"),
        ("llama.threads", 0, "greater than or equal to 1"),
        ("llama.contexts", 65, "less than or equal to 64"),
        ("llama.context", 3, "greater than or equal to 64"),
        ("llama.batch", "many", "integer"),
        ("llama.gpu_layers", -2, "greater than or equal to -1"),
        ("llama.persona_budget_mb", 0.5, "integer"),
        ("llama.group", 0, "greater than or equal to 1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_a_sentence(key: str, value: object, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refusal:
        load_scenario("demo", {key: value})
    assert "\n" not in str(refusal.value)
