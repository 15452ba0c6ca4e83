"""The bench of thinking agents runs, on any model, and says what it measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from scenarios.bench import llm, llm_day
from scenarios.bench.llm_pages import PAGES, SLOTS, visits
from simenv.data.register import load
from tests.agents.models import tiny


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What the bench says about three agents who think in the tiny model."""
    folder = tmp_path_factory.mktemp("bench")
    path = tiny.write(folder / "model.gguf", replace(tiny.SHAPE, context=2048))
    return llm.thinking(path, "tiny", 3, folder)


def test_every_row_stands_beside_a_baseline(rows: list[dict[str, object]]) -> None:
    for row in rows:
        assert list(row) == ["bench", "case", "value", "unit", "baseline", "ratio"]
        assert row["bench"] == "llm"
        assert float(str(row["value"])) > 0
        assert row["baseline"]


def test_branching_spares_most_of_the_tokens(rows: list[dict[str, object]]) -> None:
    ratios = {row["unit"]: float(str(row["ratio"])) for row in rows}
    assert ratios["tokens/page"] < 1 / 3


def test_every_page_has_two_questions_about_each_film_and_remembers_the_pages_before() -> None:
    visit, other = visits(load("town"), ScriptedModel(), 2)
    assert visit[0][0].persona != other[0][0].persona
    assert [len(page) for page in visit] == [2 * SLOTS] * PAGES
    for page in visit:
        assert len({(question.shared, question.persona, question.page) for question in page}) == 1
        for watch, stars in zip(page[::2], page[1::2], strict=True):
            assert stars.branch.startswith(watch.branch)
    assert len({question.branch for page in visit for question in page}) == 2 * SLOTS * PAGES
    assert sorted({len(page[0].page) for page in visit}) == [len(page[0].page) for page in visit]


def test_the_large_model_reads_the_embedded_ones_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llm, "LARGE", replace(llm.LARGE, layers=1, width=64, heads=2, kv_heads=2, ffn=64))
    text = "\nToy Story (1995): a film for children. Watch it?"
    with LlamaCppModel(llm.large(tmp_path)) as model, LlamaCppModel(llm.EMBEDDED) as embedded:
        assert model.count([text]) == embedded.count([text])


def test_a_day_of_agents_is_lived_and_measured(tmp_path: Path) -> None:
    day = llm_day.live(3, 1, tmp_path)
    assert day.evaluations >= 6
    assert day.seconds > 0
    assert day.peak > 50
