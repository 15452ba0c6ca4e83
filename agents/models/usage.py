"""What thinking cost."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import add, attrgetter, sub
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals since the model was opened.

    Args:
        prompt: tokens that were evaluated.
        cached: tokens that one prompt per question would have evaluated as well, and that were spared.
        generated: tokens that were written.
        evaluations: how often pages were computed (a group of pages counts once, a page with very many
            branches several times).
        seconds: time spent in answering.
        decoding: of it, seconds in which llama.cpp computed, of all its contexts together.
    """

    prompt: int = 0
    cached: int = 0
    generated: int = 0
    evaluations: int = 0
    seconds: float = 0.0
    decoding: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(*map(add, _values(self), _values(other)))

    def __sub__(self, other: Usage) -> Usage:
        return Usage(*map(sub, _values(self), _values(other)))


_values = attrgetter(*(field.name for field in fields(Usage)))


@runtime_checkable
class Metered(Protocol):
    """The ability to say what thinking cost so far."""

    def usage(self) -> Usage:
        """Totals since the model was opened."""


@runtime_checkable
class Identified(Protocol):
    """The ability to be told apart: equal identities give equal answers."""

    def identity(self) -> str:
        """A sha256 in hexadecimal of everything that the answers depend on."""
