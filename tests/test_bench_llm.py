"""The bench of thinking agents runs, on any model, and says what it measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.models.scripted import ScriptedModel
from scenarios.bench import llm
from simenv.data.register import load
from tests.agents.models import tiny


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What the bench says about three agents who think in the tiny model."""
    path = tmp_path_factory.mktemp("bench") / "model.gguf"
    tiny.write(path, replace(tiny.SHAPE, context=2048))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(llm, "AGENTS", 3)
        return llm.bench_llm(path)


def test_every_row_stands_beside_a_baseline(rows: list[dict[str, object]]) -> None:
    for row in rows:
        assert list(row) == ["bench", "case", "value", "unit", "baseline", "ratio"]
        assert row["bench"] == "llm"
        assert float(str(row["value"])) > 0
        assert row["baseline"]


def test_branching_spares_most_of_the_tokens(rows: list[dict[str, object]]) -> None:
    spared = {row["case"]: float(str(row["ratio"])) for row in rows}
    assert spared["computed"] > 5


def test_every_page_has_two_questions_about_each_film_and_remembers_the_pages_before() -> None:
    visit = llm._visits(load("town"), ScriptedModel())[0]
    assert [len(page) for page in visit] == [2 * llm.SLOTS] * llm.PAGES
    for page in visit:
        assert len({(question.shared, question.persona, question.page) for question in page}) == 1
        for watch, stars in zip(page[::2], page[1::2], strict=True):
            assert stars.branch.startswith(watch.branch)
    assert len({question.branch for page in visit for question in page}) == 2 * llm.SLOTS * llm.PAGES
    assert sorted({len(page[0].page) for page in visit}) == [len(page[0].page) for page in visit]
