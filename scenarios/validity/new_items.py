"""Items that nobody is known to have rated, made from items that people did rate."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from scenarios.validity.content import Content
from scenarios.validity.pages import MATCHED, RATIOS, UNIFORM, Pages, Rivals
from scenarios.validity.people import Judged
from simenv.luck import stream
from simenv.types import NOTHING, BoolArray, Catalog, FloatArray, Interactions

COLD = 0.2
"""Share of the items that are treated as new."""
_YEAR = re.compile(r"\s*\(\d{4}\)\s*$")


@dataclass(frozen=True)
class NewItems:
    """A world in which some items are new: nobody is known to have rated them.

    Args:
        judged: it, with nothing of the new items in what is known; they have no popularity and no mean.
        pages: people's pages by kind of the others, all of new items; what is as popular as what, nobody can
            know but who made the pages.
    """

    judged: Judged
    pages: dict[str, Pages]

    @classmethod
    def of(cls, judged: Judged, seed: int) -> NewItems:
        """Choose new items by luck."""
        new = stream(seed, "validity.cold").uniform(1, np.arange(len(judged.catalog))) < COLD
        group, rivals = judged.reported, Rivals.of(judged, judged.reported, seed)
        among = Rivals(
            rivals.counts,
            [items[new[items]] for items in rivals.held],
            [items[new[items]] for items in rivals.free],
        )
        most, others = RATIOS[1]
        pages = {UNIFORM: among.uniform(most, others), MATCHED: among.matched(most, 1)}
        known = replace(group, context=_without(group.context, new))
        catalog = unrated(judged.catalog, new)
        return cls(replace(judged, catalog=catalog, train=_without(judged.train, new), reported=known), pages)

    @property
    def renamed(self) -> Catalog:
        """The catalogue with titles that no model has met for the new items: words of others, own years."""
        catalog, luck = self.judged.catalog, stream(0, "validity.renamed")
        new = np.flatnonzero(catalog.popularity == 0)
        words = [_YEAR.sub("", catalog.titles[item]).split() for item in new]
        begin, end = (new_order.tolist() for new_order in (luck.order(0, new), luck.order(1, new)))
        titles = list(catalog.titles)
        for item, one, two in zip(new.tolist(), begin, end, strict=True):
            half = [*words[one][: -(-len(words[one]) // 2)], *words[two][len(words[two]) // 2 :]]
            year = "" if catalog.years[item] == NOTHING else f" ({catalog.years[item]})"
            titles[item] = " ".join(half) + year
        return replace(catalog, titles=tuple(titles))

    def content(self) -> dict[str, FloatArray]:
        """What gradient boosting on content says of each page's pairs, by kind: float32 (n,)."""
        judged, model = self.judged, Content(self.judged.train, self.judged.catalog)
        user, known = judged.reported.user, judged.reported.context
        return {kind: model.chances(known, user[page.row], page.item) for kind, page in self.pages.items()}


def unrated(catalog: Catalog, new: BoolArray) -> Catalog:
    """A catalogue in which nobody has rated the new items."""
    return replace(
        catalog,
        popularity=np.where(new, 0, catalog.popularity).astype(np.float32),
        mean_rating=np.where(new, np.nan, catalog.mean_rating).astype(np.float32),
    )


def _without(ratings: Interactions, items: BoolArray) -> Interactions:
    return ratings.where(~items[ratings.item])
