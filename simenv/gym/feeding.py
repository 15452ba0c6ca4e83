"""``Feed-v0``: the people of any scenario, put together where all parts may meet."""

from __future__ import annotations

from typing import Any

from simenv.gym.feed import Feed
from simenv.types import IntArray

_SHOWN = ("retriever", "candidates", "sights")


def feed(*, agents: IntArray, scenario: str = "crowd", **values: Any) -> Feed:
    """The feed of a scenario.

    Args:
        agents: int32 (rows,), whom the rows are about.
        scenario: the name of one that ships, or the path of a YAML file.
        values: what to change in it, for example ``users="language"`` or ``rounds=30``; and
            ``retriever`` (a recommender's name, or its name with settings, or None), ``candidates`` and
            ``sights``, as ``simenv.gym.feed.Feed`` has them.

    Raises:
        UnknownSettingError: a name or value that cannot be, in one sentence.
    """
    from scenarios.feed import feed as composed  # where all parts may meet, and only when needed

    shown = {name: values.pop(name) for name in _SHOWN if name in values}
    return composed(agents, scenario, values, **shown)
