"""The register of measures: which there are, and what each of them is made of.

| name | what it is | over |
|---|---|---|
| `p_view` | share of the shown items that were watched | shown items |
| `n_like` | watched items with more than 3 stars | people who came |
| `p_like` | share of the watched items with more than 3 stars | watched items |
| `n_visit` | visits, at most one a day | people who came |
| `n_exit` | pages until the visit ended | visits |
| `satisfaction` | 1 + 9 * satisfaction as the visit ended: an index from 1 to 10, not a fact | visits |
| `rating` | mean stars | rated items |
| `coverage` | share of the catalogue shown at least once | the catalogue |
| `gini` | how unevenly exposure is spread, 0 (even) to 1 | the catalogue |
| `ild` | intra-list diversity, mean Jaccard distance of theme sets, 0 to 1 | pages of two items or more |
| `novelty` | -log2 of the share of train users who rated an item, in bits | shown items |

Satisfaction, 0 to 1, is that of ``simenv.mood``: after every page half of what it was before, plus half of
the mean of (stars - 1) / 4 over what was watched; it starts at one half.
"""

from __future__ import annotations

from simenv.metrics import ratio
from simenv.metrics.exposure import Exposure, coverage, gini
from simenv.metrics.ratio import PerPerson, Ratio
from simenv.metrics.reading import Measure
from simenv.metrics.slates import Diversity, Novelty
from simenv.types import Catalog


def measures(agents: int, catalog: Catalog) -> dict[str, Measure]:
    """All measures by name, in the order of the final table, for so many agents and this catalogue."""
    diversity, novelty = Diversity(catalog), Novelty(catalog)
    return {
        "p_view": Ratio(agents, ratio.watched, ratio.shown),
        "n_like": PerPerson(agents, ratio.liked),
        "p_like": Ratio(agents, ratio.liked, ratio.watched),
        "n_visit": PerPerson(agents, ratio.visits),
        "n_exit": Ratio(agents, ratio.pages_of_ended, ratio.ended),
        "satisfaction": Ratio(agents, ratio.index_of_ended, ratio.ended),
        "rating": Ratio(agents, ratio.stars, ratio.rated),
        "coverage": Exposure(agents, len(catalog), coverage),
        "gini": Exposure(agents, len(catalog), gini),
        "ild": Ratio(agents, diversity.of, diversity.pages),
        "novelty": Ratio(agents, novelty.of, ratio.shown),
    }
