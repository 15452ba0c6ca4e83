"""Whether something that was to be hidden stood where the model or a control could read it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from scenarios.validity.evidence import Evidence
from scenarios.validity.people import Group, Judged
from scenarios.validity.record import Record
from simenv.data.splits import item_statistics
from simenv.types import Dataset, IntArray

WORDS = {
    "profile": "hidden pairs that stand in a profile",
    "means": "items whose displayed popularity or mean is not that of the learners alone",
    "train": "ratings in the training file of people who are reported on or who tune",
    "negatives": "items among the others of a page that the person came to rate",
    "model": "hidden pairs of people from whom the model has learned",
}
"""What is counted; anything but 0 fails the report."""

LongArray = npt.NDArray[np.int64]


def leakage(evidence: Evidence, record: Record, dataset: Dataset) -> dict[str, int]:
    """Count every way in which the answer could have been known.

    Args:
        record: what the model says of its training.
        dataset: under whose name the people stand in that record.
    """
    judged = evidence.judged
    group = judged.reported
    return {
        "profile": _in_profiles(judged, group),
        "means": _foreign_means(judged),
        "train": int(np.isin(judged.train.user, _people(judged)).sum()),
        "negatives": _false_negatives(evidence),
        "model": _learned(judged, record, dataset),
    }


def failed(found: Mapping[str, int]) -> list[str]:
    """What went wrong, in words; nothing where all is well."""
    return [f"{count:,} {WORDS[place]}" for place, count in found.items() if count]


def _in_profiles(judged: Judged, group: Group) -> int:
    """Read from what agents really remember, not from what they were meant to."""
    history = judged.population(group).history
    row = np.repeat(np.arange(len(group), dtype=np.int32), history.lengths())
    known = _pairs(row, history.values.astype(np.int32))
    return int(np.isin(_pairs(group.row_of(group.held.user), group.held.item), known).sum())


def _foreign_means(judged: Judged) -> int:
    """Counted again from the training ratings of nobody who is in a group."""
    others = judged.train.where(~np.isin(judged.train.user, _people(judged)))
    popularity, mean = item_statistics(others)
    shown = judged.catalog
    same = (shown.popularity == popularity) & (np.nan_to_num(shown.mean_rating) == np.nan_to_num(mean))
    return int((~same).sum())


def _false_negatives(evidence: Evidence) -> int:
    group, found = evidence.judged.reported, 0
    parts = (group.context, group.held)
    own = np.concatenate([_pairs(group.row_of(part.user), part.item) for part in parts])
    for ratios in evidence.reported.panel.values():
        for page in ratios.values():
            others = ~page.wanted
            found += int(np.isin(_pairs(page.row[others], page.item[others]), own).sum())
    return found


def _learned(judged: Judged, record: Record, dataset: Dataset) -> int:
    """Hidden pairs of people who are among the model's recorded learners, by their ids."""
    met = record.met(dataset)
    names = {dataset.users.ids[user] for user in np.flatnonzero(met)}
    learned = np.array([judged.users.ids[user] in names for user in judged.reported.user], dtype=bool)
    return int(learned[judged.reported.row_of(judged.reported.held.user)].sum()) if learned.any() else 0


def _people(judged: Judged) -> IntArray:
    return np.concatenate([judged.reported.user, judged.validation.user])


def _pairs(row: IntArray, item: IntArray) -> LongArray:
    return np.asarray(row.astype(np.int64) << 32 | item)
