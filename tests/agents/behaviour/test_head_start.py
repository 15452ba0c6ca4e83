"""What is known of titles before the network learns, and that the network begins as exactly that."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; it is needed only for training")

from agents.behaviour import examples  # noqa: E402
from agents.behaviour.batches import padded  # noqa: E402
from agents.behaviour.examples import Writer  # noqa: E402
from agents.behaviour.head_start import WEIGHTS, Factors, item_factors, learn  # noqa: E402
from agents.behaviour.lexicon import lexicon  # noqa: E402
from agents.behaviour.plan import Lesson  # noqa: E402
from agents.behaviour.training import Answers, beginner  # noqa: E402
from agents.prompts import prompts  # noqa: E402
from simenv.types import Interactions  # noqa: E402
from tests.agents.behaviour import tiny  # noqa: E402
from tests.agents.behaviour.small import FILMS, village  # noqa: E402

Wide = npt.NDArray[np.float64]


@cache
def factors() -> Factors:
    return learn(lesson().ratings, seed=0)


@cache
def lesson() -> Lesson:
    return Lesson.of(village(), 0, 6)


def columns(known: Factors) -> list[bytes]:
    return [getattr(known, field.name).tobytes() for field in fields(known)]


def test_the_same_ratings_and_seed_teach_the_same_factors_and_another_seed_others() -> None:
    ratings = lesson().ratings
    assert columns(learn(ratings, seed=0)) == columns(factors()) != columns(learn(ratings, seed=1))


def test_items_of_ones_circle_are_wanted_more_than_those_of_the_other() -> None:
    known = factors()
    mine, other = np.arange(0, FILMS, 2), np.arange(1, FILMS, 2)
    wish = known.shown[mine[:10]].sum(axis=0) / 12 @ known.wanted.T
    assert wish[mine[10:]].mean() > wish[other].mean() + 0.5


def test_what_nobody_rated_has_factors_too() -> None:
    ratings = lesson().ratings
    few: Interactions = ratings.where(ratings.item < FILMS // 2)
    assert all(np.isfinite(getattr(learn(few, 0), field.name)).all() for field in fields(Factors))


def test_factors_of_items_are_the_same_every_time_and_of_one_size() -> None:
    start = item_factors(village().train, 64)
    assert start.tobytes() == item_factors(village().train, 64).tobytes()
    assert (start.shape, start.dtype) == ((FILMS, 64), np.float32)
    rated = np.bincount(village().train.item, minlength=FILMS) > 0
    np.testing.assert_allclose((start[rated] ** 2).mean(axis=1), 1, rtol=1e-5)
    assert not start[~rated].any()


def test_films_that_the_same_people_rated_lie_in_the_same_direction() -> None:
    alike = item_factors(village().train, 8) @ item_factors(village().train, 8).T
    same_circle = (np.arange(FILMS)[:, None] + np.arange(FILMS)) % 2 == 0
    assert alike[same_circle].mean() > 1 > -1 > alike[~same_circle].mean()


def test_the_network_begins_as_the_factor_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for chance in ("NEW", "NAMELESS", "TALKATIVE", "OTHERWISE", "WORDS_INSTEAD_OF_TITLE"):
        monkeypatch.setattr(examples, chance, 0.0)
    whole, plain = lexicon([village()])
    written = list(Writer(lesson(), whole, plain).epoch(np.random.default_rng(0)))
    batch, network = padded(written), beginner([lesson()], whole, tiny.SHAPE, seed=0)
    answers = Answers(whole, torch.device("cpu"))
    with torch.no_grad():
        hidden = network(batch.tokens, batch.position, batch.mask())
        told = network.logits(hidden)
    first = len(plain)
    headings = {prompts()["profile"][name]: weight for name, weight in WEIGHTS.items()}
    headings[prompts()["memory"]["heading"]] = 0.0
    weight_of = {whole.encode(text)[0]: weight for text, weight in headings.items()}
    wishes, expected, liking, liked = [], [], [], []
    for row, at, _ in batch.watch.tolist():
        own, film = written[row], written[row].tokens[at] - first
        weight, n, taste = 0.0, 0, np.zeros(factors().liked.shape[1])
        shown = np.zeros(factors().shown.shape[1])
        for token, segment in zip(own.tokens, own.segment, strict=True):
            weight = weight_of.get(token, weight)
            if segment == 0 and token >= first:
                n, shown = n + 1, shown + factors().shown[token - first]
                taste += weight * factors().liked[token - first] + factors().seen[token - first]
        no, yes = told[row, at, answers.watch].tolist()
        wishes.append(yes - no)
        expected.append(factors().appeal[film] + shown / (n + 2) @ factors().wanted[film])
        asked = [place for place, _ in own.stars if own.segment[place] == own.segment[at]]
        for place in asked:
            low, *_, high = told[row, place, answers.stars].tolist()
            liking.append(high - low)
            liked.append(taste / (n + 2) @ factors().judged[film])
    assert alike(wishes, expected) > 0.98
    assert alike(liking, liked) > 0.9


def alike(ours: list[float], theirs: list[float]) -> float:
    """How much two columns correlate."""
    assert np.std(theirs) > 0.01
    return float(np.corrcoef(ours, theirs)[0, 1])


def test_who_rated_nothing_is_no_trouble() -> None:
    ratings = lesson().ratings
    lonely = replace(ratings, rating=np.full(len(ratings), 3, dtype=np.float32)).where(
        np.unique(ratings.user, return_index=True)[1]
    )
    assert all(np.isfinite(getattr(learn(lonely, 0), field.name)).all() for field in fields(Factors))
