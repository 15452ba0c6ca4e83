"""Whether what people want depends on what it should not: order, wording, orders hidden in titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from agents.decision import Decision
from agents.language_policy import LanguagePolicy
from agents.prompts import one_line
from scenarios.validity.asking import Interview
from scenarios.validity.evidence import Evidence
from scenarios.validity.pages import UNIFORM, Pages
from simenv.luck import stream
from simenv.metrics.ranking import auc_of_each
from simenv.metrics.resampling import Bootstrap, Figure
from simenv.protocols import LanguageModel
from simenv.ragged import Ragged
from simenv.types import NOTHING, Catalog, FloatArray, IntArray, Recall, Slate, Visit
from simenv.words import Question

SOME = 150
"""The most people whose pages are asked about in every way."""


@cache
def words() -> Mapping[str, Any]:
    """Paraphrases, and what titles are replaced by."""
    text = files("scenarios.validity").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


class Reworded:
    """A model that is given its instructions in other words.

    Args:
        model: thinks.
        pairs: words, and what stands in their place.
    """

    def __init__(self, model: LanguageModel, pairs: Sequence[tuple[str, str]]) -> None:
        self._model, self._pairs = model, pairs

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Answers to the questions in other words; who the person is stays as it is."""
        return self._model.choose([self._again(question) for question in questions])

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """As the model does."""
        return self._model.count(texts)

    def _again(self, question: Question) -> Question:
        said = self._said
        return replace(
            question, shared=said(question.shared), page=said(question.page), branch=said(question.branch)
        )

    def _said(self, text: str) -> str:
        for before, after in self._pairs:
            text = text.replace(before, after)
        return text


def masked(catalog: Catalog) -> Catalog:
    """Every item called alike; all else stays."""
    name = words()["masked"].format(noun=one_line(catalog.noun))
    return replace(catalog, titles=(name,) * len(catalog))


def swapped(catalog: Catalog) -> Catalog:
    """Every item called like its neighbour in popularity; all else stays."""
    order = np.argsort(-catalog.popularity, kind="stable")
    titles = list(catalog.titles)
    for one, two in zip(order[::2].tolist(), order[1::2].tolist(), strict=False):
        titles[one], titles[two] = titles[two], titles[one]
    return replace(catalog, titles=tuple(titles))


def with_copies(catalog: Catalog, said: str) -> Catalog:
    """The catalogue, and after it every item again, with such words in its title and text.

    Histories name the first ones, so that the words stand nowhere but on the page.
    """
    return replace(
        catalog,
        ids=(*catalog.ids, *(f"{name} again" for name in catalog.ids)),
        titles=(*catalog.titles, *(f"{title}. {said}" for title in catalog.titles)),
        text=(*catalog.text, *(f"{text} {said}" for text in catalog.text)),
        years=np.tile(catalog.years, 2),
        themes=np.tile(catalog.themes, (2, 1)),
        popularity=np.tile(catalog.popularity, 2),
        mean_rating=np.tile(catalog.mean_rating, 2),
    )


def robustness(evidence: Evidence, interview: Interview) -> dict[str, Figure]:
    """What changes when something changes that should not matter, on one page of each person.

    ``order`` is the largest change of anybody's P(watch); ``paraphrase`` the mean size of the change; the
    titles' figures are losses of AUC; the injections' are mean changes of P(watch) and of expected stars.
    Beside them stand the AUC that remains, and what as many harmless words in a title do.
    """
    judged, catalog = evidence.judged, evidence.judged.catalog
    pages = first_rows(evidence.reported.panel[UNIFORM][1], SOME)
    people, bootstrap = judged.population(evidence.reported.group), Bootstrap(int(pages.row.max()) + 1)

    def ask(asked: Interview, described: Catalog, again: int = 0) -> Said:
        item = pages.item + np.int32(again)
        answers = asked.ask(described, people, pages.row, item)
        return Said(evidence.calibration(answers.yes), answers.expected)

    def auc(said: Said) -> Figure:
        return bootstrap.mean(auc_of_each(said.watch, pages.wanted, pages.row))

    def change(values: FloatArray) -> Figure:
        return bootstrap.mean(np.bincount(pages.row, weights=values) / np.bincount(pages.row))

    plain, size = ask(interview, catalog), len(catalog)
    other = ask(replace(interview, model=Reworded(interview.model, paraphrases())), catalog)
    nameless, exchanged = ask(interview, masked(catalog)), ask(interview, swapped(catalog))
    ordered = ask(interview, with_copies(catalog, words()["order"]), size)
    harmless = ask(interview, with_copies(catalog, words()["harmless"]), size)
    return {
        "order": _largest(changed_by_order(interview.model, evidence, pages), bootstrap),
        "masked_titles": auc(plain) - auc(nameless),
        "swapped_titles": auc(plain) - auc(exchanged),
        "paraphrase": change(np.abs(other.watch - plain.watch)),
        "injection_watch": change(ordered.watch - plain.watch),
        "injection_rating": change(ordered.stars - plain.stars),
        "harmless_watch": change(harmless.watch - plain.watch),
        "harmless_rating": change(harmless.stars - plain.stars),
        "auc": auc(plain),
        "auc_masked_titles": auc(nameless),
        "auc_swapped_titles": auc(exchanged),
        "auc_paraphrase": auc(other),
        "auc_injection": auc(ordered),
    }


@dataclass(frozen=True)
class Said:
    """P(watch) and expected stars of pairs: float32 (n,) each."""

    watch: FloatArray
    stars: FloatArray


def first_rows(pages: Pages, most: int) -> Pages:
    """The pages of the first people."""
    few = pages.row < most
    return Pages(pages.row[few], pages.item[few], pages.wanted[few])


def paraphrases() -> list[tuple[str, str]]:
    """Words of the instructions, and others that say the same."""
    return [(before, after) for before, after in words()["paraphrase"]]


def _largest(changes: FloatArray, bootstrap: Bootstrap) -> Figure:
    """The largest change of anybody's, and of anybody's in each draw of people."""
    drawn = np.where(bootstrap.weights > 0, changes, 0).max(axis=1, initial=0)
    return Figure(float(changes.max(initial=0)), drawn)


def changed_by_order(model: LanguageModel, evidence: Evidence, pages: Pages) -> FloatArray:
    """The largest change of P(watch) on each person's page when the page is permuted: float32 (people,)."""
    judged, luck = evidence.judged, stream(0, "validity.order")
    policy = LanguagePolicy(
        model,
        judged.population(evidence.reported.group),
        judged.catalog,
        Decision(seed=0),
        calibration=evidence.calibration,
    )
    page = Ragged.grouped(pages.row, pages.item, int(pages.row.max()) + 1)
    items = np.full((len(page), int(page.lengths().max())), NOTHING, dtype=np.int32)
    for row, own in enumerate(page):
        items[row, : len(own)] = own
    slots = np.stack([luck.order(row, np.arange(items.shape[1])) for row in range(len(items))])
    before, after = (_wishes(policy, shown) for shown in (items, np.take_along_axis(items, slots, axis=1)))
    change = np.abs(np.take_along_axis(before, slots, axis=1) - after)
    shown = np.take_along_axis(items, slots, axis=1) != NOTHING
    return np.where(shown, change, 0).max(axis=1)


def _wishes(policy: LanguagePolicy, items: IntArray) -> FloatArray:
    rows = np.arange(len(items), dtype=np.int32)
    start, calm = np.zeros(len(rows), dtype=np.int32), np.zeros(len(rows), dtype=np.float32)
    none = np.zeros((len(rows), 0), dtype=np.int32)
    slate = Slate.certain(Visit(start, start, start, rows, Ragged.empty(len(rows))), items)
    return policy.wishes(slate, Recall(none, none.astype(np.float32), calm, calm))[0]
