"""What every policy promises: join by subclassing the suite and saying how one is made.

class TestMine(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        return Mine(population, catalog, Decision(seed=seed))
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from simenv.luck import stream
from simenv.protocols import Policy
from simenv.ragged import Ragged
from simenv.types import NOTHING, Action, Catalog, IntArray, Population, Recall, Response, Slate, Visit
from tests import factories, light

AGENTS, ITEMS, SLOTS, WINDOW = 24, 25, 6, 4
COLUMNS = tuple(field.name for field in fields(Response) if field.name != "words")


class PolicyContract:
    """What every policy promises."""

    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        """A new policy for these people and items."""
        raise NotImplementedError

    def new(self, seed: int = 1) -> Policy:
        """A policy for everybody."""
        return self.make(seed, light.crowd(AGENTS, ITEMS), factories.catalog(ITEMS))

    def answer(self, seed: int = 1) -> Response:
        """Everybody's answer to the same page."""
        return self.new(seed).decide(slate(), recall())

    def test_every_column_has_its_shape_and_type(self) -> None:
        whole = self.answer()
        kinds = {name: getattr(whole, name).dtype for name in COLUMNS}
        floats = dict.fromkeys(("rating", "chance", "expected"), np.dtype(np.float32))
        assert kinds == floats | {"watched": np.dtype(np.bool_), "action": np.dtype(np.int8)}
        assert {getattr(whole, name).shape for name in COLUMNS if name != "action"} == {(AGENTS, SLOTS)}
        assert whole.action.shape == (AGENTS,)

    def test_a_row_does_not_depend_on_its_neighbours(self) -> None:
        policy = self.new()
        whole = policy.decide(slate(), recall())
        for b in range(AGENTS):
            alone = policy.decide(*of(np.array([b])))
            same(alone, whole, np.array([b]))

    @pytest.mark.parametrize("size", [1, 5, 16, 23])
    def test_blocks_answer_as_the_whole_does(self, size: int) -> None:
        policy = self.new()
        whole = policy.decide(slate(), recall())
        for first in range(0, AGENTS, size):
            chosen = np.arange(first, min(first + size, AGENTS))
            same(policy.decide(*of(chosen)), whole, chosen)

    def test_the_order_of_agents_does_not_matter(self) -> None:
        policy = self.new()
        whole = policy.decide(slate(), recall())
        chosen = stream(3, "order").order(np.arange(AGENTS))
        same(policy.decide(*of(chosen)), whole, chosen)

    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        whole = self.answer()
        same(self.answer(), whole, np.arange(AGENTS))

    def test_another_seed_gives_other_luck_but_the_same_chances(self) -> None:
        whole = self.answer()
        other = self.answer(seed=2)
        assert not np.array_equal(other.watched, whole.watched)
        np.testing.assert_array_equal(other.chance, whole.chance)
        np.testing.assert_array_equal(other.expected, whole.expected)

    def test_an_empty_slot_is_never_watched_and_has_no_chance(self) -> None:
        whole = self.answer()
        empty = slate().items == NOTHING
        assert empty.any()
        assert not whole.watched[empty].any()
        np.testing.assert_array_equal(np.isnan(whole.chance), empty)
        np.testing.assert_array_equal(np.isnan(whole.expected), empty)

    def test_chances_are_probabilities_and_expected_stars_are_stars(self) -> None:
        whole = self.answer()
        real = slate().items != NOTHING
        assert ((whole.chance[real] >= 0) & (whole.chance[real] <= 1)).all()
        assert ((whole.expected[real] >= 1) & (whole.expected[real] <= 5)).all()

    def test_exactly_what_is_watched_gets_one_to_five_stars(self) -> None:
        whole = self.answer()
        assert whole.watched.any()
        assert np.isin(whole.rating[whole.watched], [1, 2, 3, 4, 5]).all()
        assert np.isnan(whole.rating[~whole.watched]).all()

    def test_everybody_goes_on_or_leaves(self) -> None:
        whole = self.answer()
        assert np.isin(whole.action, list(Action)).all()

    def test_words_are_about_agents_who_are_here(self) -> None:
        policy = self.new()
        chosen = np.arange(5, 15)
        assert set(policy.decide(*of(chosen)).words) <= set(range(5, 15))

    def test_a_page_without_items_is_answered(self) -> None:
        policy = self.new()
        page = slate()
        nothing = Slate.certain(page.visit, np.full_like(page.items, NOTHING))
        answer = policy.decide(nothing, recall())
        assert not answer.watched.any()
        assert np.isin(answer.action, list(Action)).all()


def slate() -> Slate:
    """A page for everybody, some of its last slots empty."""
    rows = np.arange(AGENTS, dtype=np.int32)
    clock = (np.zeros_like(rows), np.full_like(rows, 2), rows % 3)
    order = stream(0, "page").bits(rows[:, None], np.arange(ITEMS)).argsort(axis=1)
    items = order[:, :SLOTS].astype(np.int32)
    items[np.arange(SLOTS) >= SLOTS - rows[:, None] % 3] = NOTHING
    return Slate.certain(Visit(*clock, rows, Ragged.of([[0]] * AGENTS)), items)


def recall() -> Recall:
    """What everybody remembers: from nothing to a full window."""
    rows = np.arange(AGENTS, dtype=np.int32)
    items = (5 * rows[:, None] + 3 * np.arange(WINDOW, dtype=np.int32)) % ITEMS
    items[np.arange(WINDOW) >= rows[:, None] % (WINDOW + 1)] = NOTHING
    ratings = np.where(items == NOTHING, np.nan, 1 + items % 5).astype(np.float32)
    mood = stream(0, "mood").uniform(rows[:, None], np.arange(2))
    return Recall(items, ratings, mood[:, 0], mood[:, 1], {3: ("She lost her keys.",)})


def of(chosen: IntArray) -> tuple[Slate, Recall]:
    """The page and the memory of some agents, in the given order."""
    page, memory = slate(), recall()
    visit = page.visit
    clock = (visit.episode[chosen], visit.round[chosen], visit.page[chosen], visit.rows[chosen])
    notes = {row: note for row, note in memory.notes.items() if row in set(visit.rows[chosen].tolist())}
    return (
        Slate.certain(Visit(*clock, visit.exclude.take(chosen)), page.items[chosen]),
        Recall(
            memory.items[chosen],
            memory.ratings[chosen],
            memory.satisfaction[chosen],
            memory.fatigue[chosen],
            notes,
        ),
    )


def same(part: Response, whole: Response, chosen: IntArray) -> None:
    """The part is, byte for byte, what the whole says about the chosen agents."""
    for name in COLUMNS:
        assert getattr(part, name).tobytes() == getattr(whole, name)[chosen].tobytes(), name
    for row, words in part.words.items():
        assert words == whole.words[row]
    assert set(part.words) == set(whole.words) & set(slate().visit.rows[chosen].tolist())
