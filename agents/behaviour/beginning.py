"""How a network begins: as a factor model of the learners' ratings, honest about people it has met."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from agents.behaviour.content import content
from agents.behaviour.head_start import FACTORS, WEIGHTS, item_factors, learn
from agents.behaviour.lexicon import YEARS
from agents.behaviour.network import Network, Shape
from agents.behaviour.plan import FOLDS, Lesson
from agents.behaviour.wiring import Signs, place_content, place_person, place_titles, wire
from agents.models.vocabulary import Vocabulary
from agents.prompts import SHARES, number, one_line, prompts
from simenv.types import BoolArray, Catalog, Users

_NONE = -1
"""In place of a token that tells nothing."""


def begin(
    parts: Sequence[Lesson], whole: Vocabulary, shape: Shape, first_title: int
) -> tuple[Network, Tensor]:
    """A network that is a factor model of all learners, and what makes it one of the others for each of them.

    What titles have learned from a person says of this person what is too good to be true of anybody else,
    and a network that is trained on such hints trusts them too much. So in training everybody meets titles
    that were taught by the other folds alone (cross-fitting).

    Returns:
        The network, and float32 (FOLDS + 1, 1 + titles, width), what is to be added to the embeddings of the
        titles for people of each fold; the first row, for all tokens that are no titles, is 0, and so is all
        of it for people who taught no titles.
    """
    seed = parts[0].seed
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(shape, len(whole))
    signs = _signs(whole, first_title, parts[0].dataset.catalog)
    wire(network, signs)
    embed = network.embed.weight.detach()
    shift = torch.zeros(FOLDS + 1, 1 + len(whole) - first_title, shape.width)
    for part in (part for part in parts if part.names):
        ids = [whole[f"\n{one_line(title)}".encode()] for title in part.dataset.catalog.titles]
        rows, ratings = torch.tensor(ids) + 1 - first_title, part.ratings
        start, fold = item_factors(ratings, FACTORS), part.folds()[ratings.user]
        traits, told = told_of(part.dataset.users, whole)
        for own in range(FOLDS):
            place_titles(network, ids, learn(ratings.where(fold != own), told, start, seed))
            shift[own, rows] = embed[ids]
        known = learn(ratings, told, start, seed)
        place_titles(network, ids, known)
        shift[:FOLDS, rows] -= embed[ids]
        if part is parts[0]:
            place_person(network, signs, traits, known)
            place_content(network, signs, content(part.dataset.catalog, known))
    return network, shift


def told_of(users: Users, whole: Vocabulary) -> tuple[list[int], BoolArray]:
    """The tokens that tell of gender, age and occupation, and of whom each is told: bool (users, tokens)."""
    words = prompts()["profile"]
    columns = (
        [words["who"].format(gender=words["gender"][g]) if g in words["gender"] else "" for g in users.gender],
        *([words["detail"].format(word=one_line(w)) if w else "" for w in c] for c in (users.age, users.occupation)),
    )
    said = np.array([[whole[text.encode()] if text else _NONE for text in column] for column in columns])
    tokens = np.setdiff1d(said, _NONE)
    return [int(token) for token in tokens], (said[:, :, None] == tokens).any(axis=0)


def _signs(whole: Vocabulary, first_title: int, catalog: Catalog) -> Signs:
    """The tokens that the head start knows, from the words that agents are asked in."""
    words = prompts()
    no, yes = (whole.encode(option)[0] for option in words["watch"]["options"])
    headings = {words["profile"][name]: weight for name, weight in WEIGHTS.items()}
    headings |= {words["memory"]["heading"]: 0.0, words["page"]: 0.0}
    gives, item = words["profile"]["habit"].partition("{mean}")[0], words["item"]
    means = [tenth / 10 for tenth in range(51)]
    return Signs(
        first=whole.encode(words["shared"])[0],
        headings={whole.encode(text)[0]: weight for text, weight in headings.items()},
        watch=whole.encode(words["watch"]["ask"])[0],
        stars=whole.encode(words["stars"]["ask"])[-1],
        habits={whole[f"{gives}{number(mean)}".encode()]: mean for mean in means},
        rated={whole[item["rating"].format(mean=number(mean)).encode()]: mean for mean in means},
        shares={whole[item["popularity"].format(share=f"{p:g}").encode()]: p / 100 for p in SHARES},
        themes=[
            [whole[text.encode()] for text in (item["themes"].format(themes=theme), f"{item['between']}{theme}")]
            for theme in map(one_line, catalog.theme_names)
        ],
        years=[whole[f" ({year})".encode()] for year in YEARS],
        no=no,
        yes=yes,
        options=[whole.encode(option)[0] for option in words["stars"]["options"]],
        words=first_title,
    )
