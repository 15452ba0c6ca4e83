"""The words that the embedded model was trained on: not a character may change without a new version of them.

Whoever changes words changes the version in ``feed.yaml`` and trains the embedded model again.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pytest

from agents.behaviour.lexicon import lexicon
from agents.population import people
from agents.profile import describe
from agents.prompts import prompts
from agents.questions import Branches, leave_question, memory_words, opening, page_words
from simenv.types import Dataset
from tests.agents.real import real
from tests.contracts.dataset import loaded

PERSON = """
A woman, 50-55, self-employed
Rates often, broad taste, balanced opinions
Gives 4.1 stars on average, spread 0.9
Likes Animation, Children's, Fantasy
Dislikes Romance, Adventure
Loved:
No Hedgehog, No Balloon (2016)
The Galleon at Kestrel Point (1975)
Where the Window Ends (2016)
Liked:
The Bicycles of Mirador (1932)
So-so:
Where the Bachelor Ends (1969)
Disliked:
Yarrow Falls (2015)"""

PAGE = """Answer as this person would.
Each line is a fact about the person or a film.
Seen today:
Quentin Iversen (1988), 4 stars
Emil and Rufus (2018), 2 stars
On the page:
A film: Comedy; seen by 7%, rated 3.4
Watch it?
Josefa and the Butler (2002) yes
Stars?
After page 2, satisfied 5 of 10, tired 1 of 10
Next page or leave?"""

OPTIONS = ((" no", " yes"), (" 1", " 2", " 3", " 4", " 5"), [" next", " leave"])

VOCABULARIES = {
    ("town",): "cec62365d8390c59cf368143fa746d8d948b0856e63a69fea9fe93d9bc14e5a1",
    ("ml-1m", "ml-100k", "town"): "6ef15542616a1018f08e6ec367bd344fcf65c414925c2349ba22c46982a76014",
}
EVERYTHING = {
    "town": "734cf5976dbc026c638b69d25c7704e28572fa73432c90b883071eacbd7d789a",
    "ml-1m": "72ddc99c0baa9f9d5754197aae13ad27ef373bfeec320678ea19fa7cebf5e2e9",
}


def described(dataset: Dataset, row: int, titles: int) -> str:
    chosen = np.array([row], dtype=np.int32)
    population = people(dataset.catalog, dataset.users, dataset.train, chosen, np.zeros((1, 0), np.float32))
    return describe(population, 0, dataset.catalog, titles)


def vocabulary(names: Sequence[str]) -> str:
    whole, _ = lexicon([loaded(name, 0) for name in names])
    return sha256(b"\0".join(whole.tokens)).hexdigest()


def everything(dataset: Dataset) -> str:
    """A hash of all people, all items and some memories in words."""
    catalog, everybody = dataset.catalog, np.arange(len(dataset.users), dtype=np.int32)
    taste = np.zeros((len(everybody), 0), dtype=np.float32)
    population = people(catalog, dataset.users, dataset.train, everybody, taste)
    digest, branches = sha256(), Branches(catalog)
    for row in everybody:
        digest.update(describe(population, row, catalog).encode())
        digest.update(describe(population, row, catalog, 12).encode() if row % 5 == 0 else b"")
    for item in range(len(catalog)):
        digest.update(repr(branches[item]).encode())
    for row in everybody[::7]:
        items, stars = population.rated(row)
        digest.update(page_words(memory_words(catalog, items[:8], stars[:8])).encode())
    digest.update(opening(catalog.noun).encode())
    return digest.hexdigest()


def test_a_person_of_the_town_is_described_in_these_words() -> None:
    assert described(loaded("town", 0), 7, 6) == PERSON


def test_a_page_of_the_town_is_asked_about_in_these_words() -> None:
    catalog = loaded("town", 0).catalog
    (_, watch), (stars_words, stars) = Branches(catalog)[3]
    memory = memory_words(catalog, np.array([1, 2]), np.array([4, 2], dtype=np.float32))
    page = opening(catalog.noun) + page_words(memory) + stars_words + leave_question(2, 0.5, 0.1)
    assert page == PAGE
    assert (watch, stars, prompts()["leave"]["options"]) == OPTIONS


def test_everything_in_town_is_said_in_the_same_words_as_ever() -> None:
    assert prompts()["version"] == 2
    assert everything(loaded("town", 0)) == EVERYTHING["town"]


def test_the_towns_vocabulary_is_the_same_as_ever() -> None:
    assert vocabulary(["town"]) == VOCABULARIES["town",]


@real
def test_the_embedded_models_vocabulary_is_the_same_as_ever() -> None:
    assert vocabulary(["ml-1m", "ml-100k", "town"]) == VOCABULARIES["ml-1m", "ml-100k", "town"]


@real
def test_everything_on_movielens_is_said_in_the_same_words_as_ever() -> None:
    dataset = loaded("ml-1m", 0)
    if len(dataset.users) != 5040:
        pytest.skip("these are other ratings than those that the words were written down for")
    assert everything(dataset) == EVERYTHING["ml-1m"]
