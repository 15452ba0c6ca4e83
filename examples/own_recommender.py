"""A recommender of one's own: what was liked, not only watched, by those who came before.

python examples/own_recommender.py --agents 500
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

import simenv
from simenv import drawing
from simenv.scoring import rank_shared
from simenv.types import Feedback, Interactions, Slate, Visit


class Liked:
    """Everybody gets the items with the most likes, apart from what they have seen.

    Args:
        stars: from how many stars on it is a like.
    """

    def __init__(self, *, stars: float = 4.0) -> None:
        self.stars = stars

    def fit(self, train: Interactions) -> None:
        """Count the likes before anybody comes."""
        self.likes = np.bincount(train.item[train.rating >= self.stars], minlength=train.items)

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The most liked items that each visitor has not seen."""
        order = np.argsort(-self.likes, kind="stable").astype(np.int32)
        return Slate.certain(visit, rank_shared(order, visit.exclude, slots))

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Count the likes of a day."""
        for page in feedback:
            np.add.at(self.likes, page.slate.items[page.rating >= self.stars], 1)


def main() -> None:
    """Compare it with popularity."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--agents", type=int, default=500)
    own = {"name": "liked", "use": f"{__name__}:Liked", "settings": {"stars": 4.5}}
    values = {"agents": parser.parse_args().agents, "recommenders": ["popularity", own]}
    drawing.finished(simenv.run("crowd", **values))


if __name__ == "__main__":
    main()
