"""Traits of people, and their levels in words."""

from __future__ import annotations

TRAITS = ("activity", "diversity", "conformity", "age", "gender", "occupation")
LEVELS = ("low", "middle", "high")
"""What 0, 1 and 2 are called."""
_COUNTED = TRAITS[:3]


def level_of(trait: str) -> str:
    """A trait of the table of agents in words, in SQL; '' where unknown."""
    if trait in _COUNTED:
        words = " ".join(f"WHEN {at} THEN '{word}'" for at, word in enumerate(LEVELS))
        return f"CASE {trait} {words} ELSE '' END"
    return f"coalesce({trait}, '')"
