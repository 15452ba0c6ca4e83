"""What a language model is asked to write, and what it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to be written, in segments, so that what is shared is known.

    Args:
        shared: what all agents share (instructions).
        persona: what one agent's prompts share.
        words: this prompt's own words.
        seed: of the luck with which words are drawn, 0 to 2**32 - 1; draw it from the agent's own stream.
        grammar: what may be written, in llama.cpp's GBNF with a rule ``root``; "" for anything.
    """

    shared: str
    persona: str
    words: str
    seed: int = 0
    grammar: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far, and how boldly, a model may write.

    Args:
        tokens: the longest answer.
        temperature: 0 writes the likeliest word each time, 1 draws words as likely as the model says.
        top_p: words are drawn from the likeliest ones that together have this probability.
        stop: an answer ends before the first of these.
    """

    tokens: int = 64
    temperature: float = 0.7
    top_p: float = 0.95
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What was written.

    Args:
        text: without the stop words, if there were any.
        tokens: how many were written.
        ended: by the model's own end (or the grammar's), by a stop word, or because it was long enough.
    """

    text: str
    tokens: int
    ended: Literal["end", "stop", "length"]
