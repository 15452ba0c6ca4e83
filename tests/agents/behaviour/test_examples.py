"""Training examples say exactly what thinking agents are asked, and nothing of who is kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np
import pytest

from agents.behaviour import examples
from agents.behaviour.examples import Example, Writer, whole_stars
from agents.behaviour.lexicon import lexicon
from agents.behaviour.plan import Lesson
from agents.decision import Decision, leave_chance
from agents.language_policy import LanguagePolicy
from agents.models.scripted import ScriptedModel
from agents.population import people
from agents.questions import memory_words
from simenv.data.splits import item_statistics
from simenv.ragged import Ragged
from simenv.types import (
    Catalog,
    Dataset,
    FloatArray,
    IntArray,
    Interactions,
    Population,
    Recall,
    Slate,
    Visit,
)
from simenv.words import Question
from tests.agents.behaviour.small import village

WHOLE, PLAIN = lexicon([village()])
LESSON = Lesson.of(village(), seed=0, apart=6)
RARE = ("NEW", "NAMELESS", "TALKATIVE", "OTHERWISE")
NO, YES = (WHOLE.encode(answer)[0] for answer in (" no", " yes"))


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is spelled out or left out by chance."""
    for chance in (*RARE, "WORDS_INSTEAD_OF_TITLE", "FACT_DROPPED", "SHARE_JITTER", "MEAN_JITTER"):
        monkeypatch.setattr(examples, chance, 0.0)


def epoch(lesson: Lesson = LESSON, seed: int = 0) -> list[Example]:
    return list(Writer(lesson, WHOLE, PLAIN).epoch(np.random.default_rng(seed)))


def segment(example: Example, number: int) -> list[int]:
    """The tokens of the profile (0) or of a branch."""
    return [token for token, s in zip(example.tokens, example.segment, strict=True) if s == number]


def said(example: Example, number: int, upto: int | None = None) -> str:
    """The words of the profile or of a branch, up to and with one token of the example."""
    chosen = zip(example.tokens[: None if upto is None else upto + 1], example.segment, strict=False)
    return WHOLE.decode(token for token, s in chosen if s == number)


class Noted(ScriptedModel):
    """Counts tokens as the behaviour model does, and writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Question] = []

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        self.asked += questions
        return super().choose(questions)

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        return [len(WHOLE.encode(text)) for text in texts]


def asked(
    population: Population, row: int, catalog: Catalog, items: IntArray, memory: tuple[IntArray, FloatArray]
) -> list[Question]:
    """What a thinking agent is asked about items, in their order: two questions each."""
    noted = Noted()
    policy = LanguagePolicy(noted, population, catalog, Decision(seed=0))
    zero, calm = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.float32)
    visit = Visit(zero, zero, zero, np.array([row], dtype=np.int32), Ragged.empty(1))
    recall = Recall(memory[0][None, ::-1], memory[1][None, ::-1], calm, calm)
    policy.wishes(Slate.certain(visit, np.sort(items)[None]), recall)
    place = {int(item): at for at, item in enumerate(np.sort(items))}
    return [noted.asked[2 * place[int(item)] + question] for item in items for question in (0, 1)]


def person(row: int) -> tuple[Population, Interactions, Interactions]:
    """All learners, what one of them is asked to have rated, and everything that it rated."""
    known = LESSON.ratings
    mine = np.flatnonzero(known.user == LESSON.learners[row])
    hidden = known.where(mine[:3])
    told = known.where(np.setdiff1d(np.arange(len(known)), mine[:5]))
    catalog = LESSON.dataset.catalog
    taste = np.zeros((len(LESSON.learners), 0), dtype=np.float32)
    return people(catalog, village().users, told, LESSON.learners, taste), hidden, known.where(mine)


@pytest.mark.usefixtures("plainly")
@pytest.mark.parametrize("row", range(0, 24, 3))
def test_an_example_says_exactly_what_a_thinking_agent_is_asked(row: int) -> None:
    writer = Writer(LESSON, WHOLE, PLAIN)
    writer.rng = np.random.default_rng(row)
    population, hidden, mine = person(row)
    memory = mine.item[3:5], whole_stars(mine.rating[3:5])
    catalog = LESSON.dataset.catalog
    example = writer.example(population, row, memory_words(catalog, *memory), hidden, mine.item)
    items = items_of(example, catalog)
    assert items[:3] == hidden.item.tolist()
    negatives = asked(population, row, catalog, np.unique(items[3:]), memory)
    first = negatives[0]
    beginning = [*WHOLE.encode(first.shared), *WHOLE.encode(first.persona), *WHOLE.encode(first.page)]
    assert segment(example, 0) == beginning
    words = {question.branch: WHOLE.encode(question.branch) for question in negatives[::2]}
    for number in range(4, len(items) + 1):
        assert segment(example, number) == words[said(example, number)]
    for number, item in enumerate(items[:3], start=1):
        unknown = without(item, int(LESSON.learners[row]))
        _, stars = asked(population, row, unknown, np.array([item], dtype=np.int32), memory)
        assert segment(example, number) == WHOLE.encode(stars.branch)


def items_of(example: Example, catalog: Catalog) -> list[int]:
    """Which items the branches are about."""
    branches = [said(example, number) for number in range(1, max(example.segment))]
    titles = [re.search(r"Watch it\?\n(.*?\))( yes\nStars\?)?$", words) for words in branches]
    return [catalog.titles.index(found[1]) for found in titles if found]


def without(item: int, user: int) -> Catalog:
    """The catalogue as if the user had not rated the item."""
    known = LESSON.ratings
    others = known.where((known.item != item) | (known.user != user))
    popularity, mean = item_statistics(others)
    return replace(village().catalog, popularity=popularity, mean_rating=mean)


@pytest.mark.usefixtures("plainly")
def test_answers_are_due_where_the_questions_end() -> None:
    for example in epoch():
        rated = dict(example.stars)
        for at, answer in example.watch:
            number = example.segment[at]
            assert re.search(r"\nWatch it\?\n[^\n]*\)$", said(example, number, at))
            assert (answer == YES) == any(example.segment[place] == number for place in rated)
            assert answer in (NO, YES)
        for at, answer in example.stars:
            assert said(example, example.segment[at], at).endswith(" yes\nStars?")
            assert WHOLE.tokens[answer] in (b" 1", b" 2", b" 3", b" 4", b" 5")
        (at, chance), *others = example.leave
        assert not others
        assert said(example, example.segment[at], at).endswith("\nNext page or leave?")
        assert 0 < chance < 1


@pytest.mark.usefixtures("plainly")
def test_the_chance_of_leaving_is_the_one_that_light_agents_have() -> None:
    levels = {"Rates rarely": 0, "Rates now and then": 1, "Rates often": 2}
    for example in epoch():
        (at, chance), *_ = example.leave
        satisfied, tired = re.findall(r"(\d+) of 10", said(example, example.segment[at]))
        level = next(level for words, level in levels.items() if words in said(example, 0))
        mood = (np.array([int(words) / 10], dtype=np.float32) for words in (satisfied, tired))
        expected = leave_chance(*mood, np.array([level], dtype=np.int8))[0]
        assert chance == pytest.approx(float(expected), abs=0.06)  # what is said is rounded to tenths


def test_every_branch_begins_where_the_profile_ends() -> None:
    for example in epoch():
        start = segment_lengths(example)[0]
        for number, length in enumerate(segment_lengths(example)):
            positions = [p for p, s in zip(example.position, example.segment, strict=True) if s == number]
            first = start if number else 0
            assert positions == list(range(first, first + length))


def segment_lengths(example: Example) -> list[int]:
    return np.bincount(example.segment).tolist()


def test_a_title_of_the_profile_is_asked_for_after_what_stands_before_it() -> None:
    for example in epoch():
        titles = [at for at, token in enumerate(segment(example, 0)) if token >= len(PLAIN)]
        assert example.titles == [(at - 1, example.tokens[at]) for at in titles]


@pytest.mark.usefixtures("plainly")
def test_no_item_is_both_told_and_asked_and_negatives_were_never_rated() -> None:
    known, catalog = LESSON.ratings, LESSON.dataset.catalog
    for user, example in zip(LESSON.learners, epoch(), strict=True):
        rated = set(known.item[known.user == user].tolist())
        told = {title for title in catalog.titles if f"\n{title}" in said(example, 0)}
        items = items_of(example, catalog)
        positives = items[: len(example.stars)]
        assert set(positives) <= rated
        assert not rated & set(items[len(example.stars) :])
        assert not told & {catalog.titles[item] for item in items}
        assert told <= {catalog.titles[item] for item in rated}


def test_ratings_of_people_kept_apart_never_reach_an_example() -> None:
    apart = np.isin(village().train.user, LESSON.validation)
    assert apart.any()
    same, changed = (list(map(asdict, epoch(Lesson.of(data, 0, 6)))) for data in (village(), shaken(apart)))
    assert same == changed


def test_ratings_of_learners_do_reach_examples() -> None:
    learners = np.isin(village().train.user, LESSON.learners)
    changed = epoch(Lesson.of(shaken(learners), 0, 6))
    assert [example.tokens for example in changed] != [example.tokens for example in epoch()]


def shaken(chosen: np.ndarray) -> Dataset:
    """The village with other stars, and for some people other films."""
    train = village().train
    rating = np.where(chosen, 5.5 - train.rating, train.rating).astype(np.float32)
    gone = chosen & (np.arange(len(train)) % 3 == 0)
    return replace(village(), train=replace(train, rating=rating).where(~gone))


def test_the_same_luck_writes_the_same_examples_and_other_luck_others() -> None:
    first, again, other = ([example.tokens for example in epoch(seed=seed)] for seed in (4, 4, 5))
    assert first == again != other


def test_now_and_then_titles_are_spelled_and_facts_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    for chance in RARE:
        monkeypatch.setattr(examples, chance, 0.0)
    written = [example for seed in range(6) for example in epoch(seed=seed)]
    questions = [question for example in written for question in branches(example)]
    spelled = np.mean([not any(token >= len(PLAIN) for token in tokens) for tokens in questions])
    words = [WHOLE.decode(tokens) for tokens in questions]
    unknown = np.mean(["seen by" not in text for text in words])
    assert 0.08 < spelled < 0.16
    assert 0.03 < unknown < 0.07


@pytest.mark.usefixtures("plainly")
def test_a_new_item_is_spelled_and_nobody_has_seen_or_rated_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "NEW", 1.0)
    for example in epoch():
        for tokens in branches(example):
            assert all(token < len(PLAIN) for token in tokens)
            words = WHOLE.decode(tokens)
            assert "; seen by 0%\nWatch it?\n" in words
            assert ", rated" not in words


@pytest.mark.usefixtures("plainly")
def test_other_words_stand_in_the_place_of_a_title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "NAMELESS", 1.0)
    for example in epoch():
        for tokens in branches(example):
            assert all(token < len(PLAIN) for token in tokens)
            name = WHOLE.decode(tokens).partition("\nWatch it?\n")[2].partition(" yes\n")[0]
            assert name.strip() == name != ""
            assert name not in village().catalog.titles


@pytest.mark.usefixtures("plainly")
def test_what_is_asked_again_has_other_words_behind_its_title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "TALKATIVE", 1.0)
    for example in epoch():
        assert [at for at, _ in example.watch_twins] == [at for at, _ in example.watch]
        assert [at for at, _ in example.stars_twins] == [at for at, _ in example.stars]
        for plain, again in example.watch_twins + example.stars_twins:
            one, two = (said(example, example.segment[at], at) for at in (plain, again))
            title = one.removesuffix(" yes\nStars?")
            assert two.startswith(title)
            assert len(two) > len(one)
            assert two.endswith(one.removeprefix(title))


@pytest.mark.usefixtures("plainly")
def test_some_people_are_asked_in_other_words_about_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = epoch()
    monkeypatch.setattr(examples, "OTHERWISE", 1.0)
    for plain, other in zip(usual, epoch(), strict=True):
        assert not re.search(r"Watch it|Stars\?|Answer as", WHOLE.decode(other.tokens))
        assert len(other.watch) == len(plain.watch)
        assert other.tokens[other.watch[0][0]] >= len(PLAIN)  # it ends with a title all the same


def branches(example: Example) -> Iterator[list[int]]:
    """The tokens of the questions about items."""
    return (segment(example, number) for number in range(1, max(example.segment)))


def test_an_items_numbers_vary_so_that_they_do_not_tell_who_rated_it() -> None:
    item, told = 0, {"rated": set[str](), "not rated": set[str]()}
    for seed in range(60):
        writer = Writer(LESSON, WHOLE, PLAIN)
        writer.rng = np.random.default_rng(seed)
        told["rated"].add(writer._item_words(item, 4.0))
        told["not rated"].add(writer._item_words(item, float("nan")))
    assert min(len(words) for words in told.values()) > 10
    assert len(told["rated"] & told["not rated"]) > 5


def test_half_stars_count_as_the_next_whole_star() -> None:
    stars = np.array([0.5, 1, 1.5, 2.5, 4.5, 5], dtype=np.float32)
    assert whole_stars(stars).tolist() == [1, 1, 2, 3, 5, 5]
