"""What a round of feedback says: who watched which items, and who did not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simenv.types import NOTHING, Feedback, IntArray


def watched(feedback: Sequence[Feedback]) -> tuple[IntArray, IntArray]:
    """The pairs of agent and watched item: two int32 (n,) columns, in the order they were shown."""
    rows, items = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
    for page in feedback:
        agent, slot = np.nonzero(page.watched)
        rows.append(page.slate.visit.rows[agent])
        items.append(page.slate.items[agent, slot])
    return np.concatenate(rows), np.concatenate(items)


def shown(feedback: Sequence[Feedback]) -> IntArray:
    """Every shown item: int32 columns agent, item, 1, and whether it was watched (4, n), in that order."""
    columns = [np.zeros((4, 0), dtype=np.int32)]
    for page in feedback:
        agent, slot = np.nonzero(page.slate.items != NOTHING)
        rows, items = page.slate.visit.rows[agent], page.slate.items[agent, slot]
        columns.append(
            np.stack([rows, items, np.ones_like(items), page.watched[agent, slot]]).astype(np.int32)
        )
    return np.concatenate(columns, axis=1)
