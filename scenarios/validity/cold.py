"""What a model is worth where little is known: of people with few ratings, of items with none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from scenarios.validity.asking import Interview
from scenarios.validity.controls.every import BOTH, Controls
from scenarios.validity.controls.histories import histories
from scenarios.validity.controls.stacked import Facts, Stacked
from scenarios.validity.evidence import Evidence
from scenarios.validity.new_items import NewItems
from scenarios.validity.pages import MATCHED, UNIFORM, Pages
from scenarios.validity.people import Group
from simenv.luck import stream
from simenv.metrics.ranking import auc_of_each
from simenv.metrics.resampling import Bootstrap, Figure
from simenv.types import FloatArray

FEW = (0, 5, 10)
"""How many ratings are known of people of whom little is known."""

Table = dict[str, dict[str, dict[str, Figure]]]
"""Metrics by kind of page and by system."""


def cold_users(evidence: Evidence, interview: Interview) -> dict[str, Table]:
    """Everybody's pages again, so many ratings being known of each at most; the same for the controls."""
    judged, pages = evidence.judged, evidence.reported.panel
    found = {}
    for most in FEW:
        group = knowing(evidence.reported.group, most)
        people, opinions = judged.population(group), knowing_as_little(evidence.controls, most).of(group)
        tables = {}
        for kind in (UNIFORM, MATCHED):
            page = pages[kind][1]
            said = {
                "model": interview.ask(judged.catalog, people, page.row, page.item).yes,
                **opinions.about(kind, page.row, page.item),
            }
            del said["stacked_alone"]  # its trees know longer histories
            tables[kind] = measured(said, page, evidence.bootstrap)
        found[str(most)] = tables
    return found


def knowing_as_little(controls: Controls, most: int) -> Controls:
    """The controls, with trees for both kinds that learned from people of whom as little is known."""
    group = knowing(controls.tuning, most)
    known = histories(group.context, group.user)
    facts = Facts.of(controls.catalog, controls.counts, known, controls.chosen)
    return replace(controls, trees={**controls.trees, BOTH: Stacked.fitted(facts, controls.pairs[BOTH])})


def cold_items(evidence: Evidence, interview: Interview, seed: int = 0) -> Table:
    """Pages of items that nobody is known to have rated.

    ``model`` reads titles that it cannot have met, ``model_with_titles`` the real ones, which it may have met
    in training; ``content`` is gradient boosting on genres, years and people's past with such; beside them
    stands what popularity would say if it were known.
    """
    new = NewItems.of(evidence.judged, seed)
    people, content = new.judged.population(new.judged.reported), new.content()
    tables = {}
    for kind, page in new.pages.items():
        pairs = (people, page.row, page.item)
        said = {
            "model": interview.ask(new.renamed, *pairs).yes,
            "model_with_titles": interview.ask(new.judged.catalog, *pairs).yes,
            "content": content[kind],
            "true_popularity": evidence.judged.catalog.popularity[page.item],
        }
        tables[kind] = measured(said, page, evidence.bootstrap)
        own = tables[kind]["model"]
        own["minus_content"] = own["auc"] - tables[kind]["content"]["auc"]
    return tables


def measured(
    said: Mapping[str, FloatArray], page: Pages, bootstrap: Bootstrap
) -> dict[str, dict[str, Figure]]:
    """AUC of everybody's scores, the mean over people."""
    people = bootstrap.weights.shape[1]
    found = {}
    for name, scores in said.items():
        each = np.full(people, np.nan)
        own = auc_of_each(scores, page.wanted, page.row)
        each[: len(own)] = own
        found[name] = {"auc": bootstrap.mean(each)}
    return found


def knowing(group: Group, most: int) -> Group:
    """The same people, so many ratings known of each at most, by luck."""
    known = group.context
    luck = stream(0, "validity.cold").bits(0, known.user, known.item)
    order = np.lexsort((luck, known.user))
    user = known.user[order]
    place = np.arange(len(user)) - np.searchsorted(user, user)
    return replace(group, context=known.where(np.sort(order[place < most])))
