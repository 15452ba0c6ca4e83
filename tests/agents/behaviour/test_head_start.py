"""What is known of titles before the network learns, and that the network begins as exactly that."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; it is needed only for training")

from agents.behaviour import examples  # noqa: E402
from agents.behaviour.batches import padded  # noqa: E402
from agents.behaviour.beginning import begin, told_of  # noqa: E402
from agents.behaviour.content import content  # noqa: E402
from agents.behaviour.examples import Writer  # noqa: E402
from agents.behaviour.head_start import FACTORS, WEIGHTS, Factors, item_factors, learn  # noqa: E402
from agents.behaviour.lexicon import YEARS, lexicon  # noqa: E402
from agents.behaviour.plan import FOLDS, Lesson  # noqa: E402
from agents.behaviour.signs import place_titles  # noqa: E402
from agents.behaviour.training import Answers  # noqa: E402
from agents.models.vocabulary import Vocabulary  # noqa: E402
from agents.prompts import prompts  # noqa: E402
from simenv.types import FloatArray, Interactions  # noqa: E402
from tests.agents.behaviour import tiny  # noqa: E402
from tests.agents.behaviour.small import FILMS, village  # noqa: E402

Wide = npt.NDArray[np.float64]


@cache
def factors() -> Factors:
    return learn(lesson().ratings, traits(), start(), seed=0)


@cache
def traits() -> npt.NDArray[np.bool_]:
    return told_of(village().users, lexicon([village()])[0])[1]


@cache
def start() -> FloatArray:
    return item_factors(lesson().ratings, FACTORS)


@cache
def lesson() -> Lesson:
    return Lesson.of(village(), 0, 6)


def columns(known: Factors) -> list[bytes]:
    return [getattr(known, field.name).tobytes() for field in fields(known)]


def test_the_same_ratings_and_seed_teach_the_same_factors_and_another_seed_others() -> None:
    ratings = lesson().ratings
    assert (
        columns(learn(ratings, traits(), start(), seed=0))
        == columns(factors())
        != columns(learn(ratings, traits(), start(), seed=1))
    )


def test_items_of_ones_circle_are_wanted_more_than_those_of_the_other() -> None:
    known = factors()
    mine, other = np.arange(0, FILMS, 2), np.arange(1, FILMS, 2)
    wish = known.shown[mine[:10]].sum(axis=0) / 12 @ known.wanted.T
    assert wish[mine[10:]].mean() > wish[other].mean() + 0.5


def test_what_nobody_rated_has_factors_too() -> None:
    ratings = lesson().ratings
    few: Interactions = ratings.where(ratings.item < FILMS // 2)
    assert all(
        np.isfinite(getattr(learn(few, traits(), item_factors(few, FACTORS), 0), field.name)).all()
        for field in fields(Factors)
    )


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


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Everybody is asked as agents are, and about films that are known."""
    for chance in ("NEW", "NAMELESS", "TALKATIVE", "OTHERWISE", "WORDS_INSTEAD_OF_TITLE"):
        monkeypatch.setattr(examples, chance, 0.0)
    return monkeypatch


@dataclass(frozen=True)
class Asked:
    """One question as the network met it, and what it answered.

    Args:
        shown, taste: what the profile's words add up to, for watching and for stars.
        size: how many titles and traits these are.
        habit: the mean stars that the profile tells.
        film: of the village.
        wish: log-odds of yes to no.
        stars: log-odds of five stars to one; None where these were not asked for.
    """

    shown: Wide
    taste: Wide
    size: float
    habit: float
    film: int
    wish: float
    stars: float | None


def answers_of_a_fresh_network() -> list[Asked]:
    whole, plain = lexicon([village()])
    network, _ = begin([lesson()], whole, tiny.SHAPE, len(plain))
    written = list(Writer(lesson(), whole, plain).epoch(np.random.default_rng(0)))
    batch, answers = padded(written), Answers(whole, torch.device("cpu"))
    with torch.no_grad():
        told = network.logits(network(batch.tokens, batch.position, batch.mask()))
    spelled = {tuple(plain.encode(f"\n{title}")): film for film, title in enumerate(village().catalog.titles)}
    spelled |= {(len(plain) + film,): film for film in range(FILMS)}
    found = []
    for row, at, _ in batch.watch.tolist():
        tokens, segments = written[row].tokens, written[row].segment
        own = [
            token
            for token, segment in zip(tokens[: at + 1], segments, strict=False)
            if segment == segments[at]
        ]
        film = next(film for words, film in spelled.items() if tuple(own[-len(words) :]) == words)
        no, yes = told[row, at, answers.watch].tolist()
        places = [place for place, _ in written[row].stars if segments[place] == segments[at]]
        low, *_, high = told[row, places[0], answers.stars].tolist() if places else (0.0, 0.0)
        profile = [token for token, segment in zip(tokens, segments, strict=True) if segment == 0]
        found.append(
            Asked(*_read(profile, whole, len(plain)), film, yes - no, high - low if places else None)
        )
    return found


def _read(profile: list[int], whole: Vocabulary, first_title: int) -> tuple[Wide, Wide, float, float]:
    known, words = factors(), prompts()
    weights = {words["profile"][name]: weight for name, weight in WEIGHTS.items()}
    weights[words["memory"]["heading"]] = 0.0
    heading = {whole.encode(text)[0]: weight for text, weight in weights.items()}
    gives = {whole[f"\nGives {mean / 10:.1f}".encode()]: mean / 10 for mean in range(51)}
    tokens, _ = told_of(village().users, whole)
    shown, taste = known.first.astype(np.float64), np.zeros(known.liked.shape[1])
    weight, size, habit = 0.0, 0, float(known.middle)
    for token in profile:
        weight, habit = heading.get(token, weight), gives.get(token, habit)
        if token in tokens:
            size, shown = size + 1, shown + known.told[tokens.index(token)]
        elif token >= first_title:
            size, shown = size + 1, shown + known.shown[token - first_title]
            taste += weight * known.liked[token - first_title] + known.seen[token - first_title]
    return shown, taste, size + 1 + float(known.prior), habit


def test_the_network_begins_as_the_factor_model(plainly: pytest.MonkeyPatch) -> None:
    known, asked = factors(), answers_of_a_fresh_network()
    expected = [known.appeal[one.film] + one.shown / one.size @ known.wanted[one.film] for one in asked]
    assert alike([one.wish for one in asked], expected) > 0.99
    rated = [one for one in asked if one.stars is not None]
    liked = [
        known.level[one.film]
        + known.lean * (one.habit - known.middle)
        + one.taste / one.size @ known.judged[one.film]
        for one in rated
    ]
    assert alike([one.stars for one in rated if one.stars is not None], liked) > 0.95


def test_the_network_begins_with_the_rule_of_leaving() -> None:
    whole, plain = lexicon([village()])
    network, _ = begin([lesson()], whole, tiny.SHAPE, len(plain))
    batch, answers = padded(tiny.examples()), Answers(whole, torch.device("cpu"))
    with torch.no_grad():
        told = network.logits(network(batch.tokens, batch.position, batch.mask()))
    odds = [told[row, at, answers.leave].tolist() for row, at, _ in batch.leave.tolist()]
    chances = batch.leave_chance.double()
    assert alike([leave - stay for stay, leave in odds], torch.logit(chances).tolist()) > 0.99


def test_new_titles_are_judged_by_their_themes_and_years(plainly: pytest.MonkeyPatch) -> None:
    plainly.setattr(examples, "NEW", 1.0)
    catalog, says = village().catalog, content(village().catalog, factors())
    themes = catalog.themes / np.maximum(catalog.themes.sum(axis=1, keepdims=True), 1)
    then = catalog.years - YEARS[0]
    wanted = themes @ says.wanted + says.wanted_then[then]
    appeal = says.usual + themes @ says.appeal + says.appeal_then[then]
    asked = answers_of_a_fresh_network()
    expected = [appeal[one.film] + one.shown / one.size @ wanted[one.film] for one in asked]
    assert alike([one.wish for one in asked], expected) > 0.98


def test_people_are_asked_with_titles_that_the_other_folds_have_taught() -> None:
    whole, plain = lexicon([village()])
    network, shift = begin([lesson()], whole, tiny.SHAPE, len(plain))
    ids = [whole[f"\n{title}".encode()] for title in village().catalog.titles]
    rows = torch.tensor(ids) + 1 - len(plain)
    titles, ratings = network.embed.weight[ids].detach(), lesson().ratings
    fold = lesson().folds()[ratings.user]
    assert set(fold) == set(range(FOLDS))
    assert not shift[:, 0].any()
    assert not shift[FOLDS].any()
    for number in range(FOLDS):
        place_titles(network, ids, learn(ratings.where(fold != number), traits(), start(), seed=0))
        assert torch.allclose(titles + shift[number, rows], network.embed.weight[ids], atol=1e-6)
        assert not torch.equal(titles, network.embed.weight[ids])


def alike(ours: list[float], theirs: list[float]) -> float:
    """How much two columns correlate."""
    assert np.std(theirs) > 0.01
    return float(np.corrcoef(ours, theirs)[0, 1])


def test_who_rated_nothing_is_no_trouble() -> None:
    ratings = lesson().ratings
    lonely = replace(ratings, rating=np.full(len(ratings), 3, dtype=np.float32)).where(
        np.unique(ratings.user, return_index=True)[1]
    )
    assert all(
        np.isfinite(getattr(learn(lonely, traits(), start(), 0), field.name)).all()
        for field in fields(Factors)
    )
