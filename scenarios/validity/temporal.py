"""The same people split at one moment for everybody: known is what came before it, hidden what came after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenarios.validity.alignment import Table, judged_pages
from scenarios.validity.asking import Interview
from scenarios.validity.controls.every import Controls
from scenarios.validity.evidence import Evidence, Side
from scenarios.validity.people import Group, Judged
from simenv.data.splits import item_statistics, together
from simenv.metrics.resampling import Bootstrap

BEFORE = 0.8
"""The share of all ratings that came before the moment."""
FEWEST = 20
"""People on either side, without whom there is nothing to say."""


@dataclass(frozen=True)
class Temporal:
    """Metrics by kind of page and by system, 1:1, and of how many people."""

    tables: dict[str, Table]
    people: int


def temporal(evidence: Evidence, interview: Interview, seed: int) -> Temporal | None:
    """Alignment at one moment; None where times are unknown or too few people were there before and after."""
    judged = split_at_a_moment(evidence.judged) if evidence.judged.timed else None
    if judged is None or min(len(judged.reported), len(judged.validation)) < FEWEST:
        return None
    controls = Controls.fitted(judged, seed)
    moment = replace(
        evidence,
        judged=judged,
        reported=Side.asked(judged, judged.reported, interview, seed),
        tuning=Side.asked(judged, judged.unmet, interview, seed),
        controls=controls,
        opinions=controls.of(judged.reported),
        bootstrap=Bootstrap(len(judged.reported), seed),
    )
    tables = {kind: judged_pages(moment, kind, 1) for kind in moment.reported.panel}
    return Temporal(tables, len(judged.reported))


def split_at_a_moment(judged: Judged) -> Judged:
    """Everything cut at the same moment; only people who were there on both sides of it are asked about."""
    whole = together(judged.train, together(judged.reported.context, judged.reported.held))
    moment = int(np.quantile(whole.time, BEFORE))
    train = judged.train.where(judged.train.time < moment)
    popularity, mean_rating = item_statistics(train)
    validation, met = _cut(judged.validation, moment), judged.met
    kept = np.isin(judged.validation.user, validation.user)
    return replace(
        judged,
        catalog=replace(judged.catalog, popularity=popularity, mean_rating=mean_rating),
        train=train,
        reported=_cut(judged.reported, moment),
        validation=validation,
        met=met[kept],
    )


def _cut(group: Group, moment: int) -> Group:
    whole = together(group.context, group.held)
    early = whole.time < moment
    both = np.intersect1d(whole.user[early], whole.user[~early])
    here = np.isin(whole.user, both)
    return Group(both.astype(np.int32), whole.where(here & early), whole.where(here & ~early))
