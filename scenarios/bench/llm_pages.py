"""What thinking agents are asked in a bench: pages of ten films, asked about twice, five pages a visit."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.decision import Decision
from agents.language_policy import LanguagePolicy
from agents.population import people
from agents.questions import Branches, memory_words, opening, page_words
from simenv.luck import stream
from simenv.protocols import LanguageModel
from simenv.types import Catalog, Dataset
from simenv.words import Question

PAGES, SLOTS, WATCHED = 5, 10, 2
"""Pages of a visit, films on a page, films watched (and remembered) on each."""

Page = list[Question]
Visit = list[Page]


def visits(dataset: Dataset, model: LanguageModel, agents: int) -> list[Visit]:
    """What each agent is asked in a visit; what it watched is remembered on the next page."""
    catalog, luck = dataset.catalog, stream(0, "bench")
    chosen = np.arange(agents, dtype=np.int32)
    population = people(
        catalog, dataset.users, dataset.train, chosen, np.zeros((agents, 1), dtype=np.float32)
    )
    policy = LanguagePolicy(model, population, catalog, Decision(seed=0))
    shown = luck.order(chosen[:, None], np.arange(len(catalog)))[:, : PAGES * SLOTS]
    return [
        [_page(catalog, policy.persona(row), shown[row], page) for page in range(PAGES)]
        for row in range(agents)
    ]


def _page(catalog: Catalog, persona: str, shown: Any, page: int) -> Page:
    """The questions of one page: two for each film."""
    seen = shown.reshape(PAGES, SLOTS)[:page, :WATCHED].ravel()
    memory = page_words(memory_words(catalog, seen, np.full(len(seen), 4, dtype=np.float32)))
    branches = Branches(catalog)
    return [
        Question(opening(catalog.noun), persona, memory, text, options)
        for item in shown[page * SLOTS : (page + 1) * SLOTS]
        for text, options in branches[int(item)]
    ]
