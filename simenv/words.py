"""Words: what a language model is asked, chooses and writes, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a language model, in segments, so that what is shared is known.

    Questions with equal (shared, persona, page) are branches of one agent-page.

    Args:
        shared: what all agents share (instructions).
        persona: what one agent's pages share.
        page: what one page's branches share (memory, circumstances).
        branch: this question's own words.
        options: the allowed answers.
    """

    shared: str
    persona: str
    page: str
    branch: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What one thinking agent was asked and answered on one page: data, never instructions.

    Args:
        prompt: the segments (shared, persona, page) and the branches, as text.
        options: log-probability of each option, one tuple per branch.
        reason: why, in words that a counterfactual supports; "" where nobody asked.
    """

    prompt: tuple[str, ...]
    options: tuple[tuple[float, ...], ...]
    reason: str = ""


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
