"""Errors that a person can act on: each says what was expected, what was found, and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SimenvError(Exception):
    """Something went wrong while the work was under way (exit code 1)."""


class UsageError(SimenvError):
    """The question cannot be answered as it was put (exit code 2); nothing was written."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is not in a register, with the nearest one that is."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."
    return UsageError(f"No {kind} named {name!r}. {hint}")
