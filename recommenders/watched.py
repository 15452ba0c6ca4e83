"""What a round of feedback says: who watched which items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simenv.types import Feedback, IntArray


def watched(feedback: Sequence[Feedback]) -> tuple[IntArray, IntArray]:
    """The pairs of agent and watched item: two int32 (n,) columns, in the order they were shown."""
    rows, items = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
    for page in feedback:
        agent, slot = np.nonzero(page.watched)
        rows.append(page.slate.visit.rows[agent])
        items.append(page.slate.items[agent, slot])
    return np.concatenate(rows), np.concatenate(items)
