"""Everything that a scenario can name, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents import models
from recommenders import names as recommender_names
from scenarios import loading
from scenarios.users import USERS
from simenv import data


def known_names() -> Mapping[str, Sequence[str]]:
    """Names by kind, ours and those that other packages add."""
    return {
        "scenarios": loading.names(),
        "recommenders": recommender_names(),
        "policies": sorted(USERS),
        "models": models.names(),
        "datasets": data.names(),
    }
