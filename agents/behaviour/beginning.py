"""How a network begins: as a factor model of the learners' ratings, honest about people it has met."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from agents.behaviour.circuit import wire
from agents.behaviour.content import content
from agents.behaviour.head_start import FACTORS, WEIGHTS, item_factors, learn
from agents.behaviour.lexicon import YEARS
from agents.behaviour.network import Network, Shape
from agents.behaviour.plan import FOLDS, Lesson
from agents.behaviour.signs import Signs, place_facts, place_person, place_titles
from agents.decision import leave_chance
from agents.models.vocabulary import Vocabulary
from agents.prompts import SHARES, number, one_line, prompts
from simenv.types import BoolArray, Catalog, FloatArray, Users

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
            place_facts(network, signs, known, content(part.dataset.catalog, known))
    return network, shift


def _moods(whole: Vocabulary) -> dict[int, float]:
    """What tokens about activity and mood add to the log-odds of ``leave_chance``, linear in all three."""
    tenths: FloatArray = np.arange(11, dtype=np.float32) / np.float32(10)
    levels = np.arange(3, dtype=np.int8)
    calm, usual = np.zeros(11, dtype=np.float32), np.ones(11, dtype=np.int8)
    satisfied, tired = _odds(leave_chance(tenths, calm, usual)), _odds(leave_chance(calm, tenths, usual))
    active = _odds(leave_chance(calm[:3], calm[:3], levels))
    told = {f", satisfied {tenth} of 10": satisfied[tenth] - satisfied[0] for tenth in range(11)}
    told |= {f", tired {tenth} of 10": tired[tenth] for tenth in range(11)}
    told |= {text: active[level] - active[1] for level, text in enumerate(prompts()["profile"]["activity"])}
    return {whole[text.encode()]: float(odds) for text, odds in told.items()}


def _odds(chance: FloatArray) -> npt.NDArray[np.float64]:
    inside = chance.astype(np.float64)
    return np.log(inside) - np.log1p(-inside)


def known_tokens(parts: Sequence[Lesson], whole: Vocabulary, first_title: int) -> list[int]:
    """Tokens that begin as what is known of them: all titles, and all that the circuit reads."""
    signs = _signs(whole, first_title, parts[0].dataset.catalog)
    traits, _ = told_of(parts[0].dataset.users, whole)
    numbers = (*signs.habits, *signs.rated, *signs.shares, *chain(*signs.themes), *signs.years)
    words = {
        signs.first,
        signs.watch,
        signs.stars,
        signs.leave,
        *signs.headings,
        *signs.moods,
        *traits,
        *numbers,
    }
    return sorted(words | {*range(first_title, len(whole))})


def told_of(users: Users, whole: Vocabulary) -> tuple[list[int], BoolArray]:
    """The tokens that tell of gender, age and occupation, and of whom each is told: bool (users, tokens)."""
    words = prompts()["profile"]
    columns = (
        [
            words["who"].format(gender=words["gender"][g]) if g in words["gender"] else ""
            for g in users.gender
        ],
        *(
            [words["detail"].format(word=one_line(w)) if w else "" for w in c]
            for c in (users.age, users.occupation)
        ),
    )
    said = np.array([[whole[text.encode()] if text else _NONE for text in column] for column in columns])
    tokens = np.setdiff1d(said, _NONE)
    return [int(token) for token in tokens], (said[:, :, None] == tokens).any(axis=0)


def _signs(whole: Vocabulary, first_title: int, catalog: Catalog) -> Signs:
    """The tokens that the head start knows, from the words that agents are asked in."""
    words = prompts()
    no, yes = (whole.encode(option)[0] for option in words["watch"]["options"])
    stay, go = (whole.encode(option)[0] for option in words["leave"]["options"])
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
            [
                whole[text.encode()]
                for text in (item["themes"].format(themes=theme), f"{item['between']}{theme}")
            ]
            for theme in map(one_line, catalog.theme_names)
        ],
        years=[whole[f" ({year})".encode()] for year in YEARS],
        moods=_moods(whole),
        leave=whole.encode(words["leave"]["ask"])[-1],
        no=no,
        yes=yes,
        stay=stay,
        go=go,
        options=[whole.encode(option)[0] for option in words["stars"]["options"]],
        words=first_title,
    )
