"""Reasons that are true by construction: the line of profile or memory without which P(watch) moves most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agents.prompts import one_line, prompts
from simenv.protocols import LanguageModel
from simenv.words import Question


def reason(model: LanguageModel, question: Question, title: str) -> str:
    """Why an agent would watch an item, in words; "" where no line of its profile or memory moves it.

    A counterfactual that the same scoring answers: every line of the persona and of the memory is left out
    in turn, and the one that moves P(yes) most is named, with both probabilities.

    Args:
        question: whether the agent would watch the item; its last option is yes.
        title: of the item, for the sentence.
    """
    profile, page = _facts(question.persona), _facts(question.page)
    without = [replace(question, persona=_without(question.persona, n)) for n in profile]
    without += [replace(question, page=_without(question.page, n)) for n in page]
    if not without:
        return ""
    chances = [float(np.exp(scores[-1])) for scores in model.choose([question, *without])]
    moved = [chances[0] - chance for chance in chances[1:]]
    most = int(np.argmax(np.abs(moved)))
    if moved[most] == 0:
        return ""
    said = [_in_words(question.persona, n) for n in profile] + [_in_words(question.page, n) for n in page]
    kind = "because" if moved[most] > 0 else "despite"
    return str(
        prompts()["reason"][kind].format(
            title=one_line(title),
            line=said[most],
            before=f"{chances[0]:.2f}",
            after=f"{chances[most + 1]:.2f}",
        )
    )


def _facts(text: str) -> list[int]:
    """Numbers of the lines that say something: not empty, and not the heading of a list."""
    return [n for n, line in enumerate(text.split("\n")) if line and not line.endswith(":")]


def _without(text: str, n: int) -> str:
    """The text without one line, and without the heading of a list that this empties."""
    lines = text.split("\n")
    alone = n > 0 and lines[n - 1].endswith(":") and (n + 1 == len(lines) or lines[n + 1].endswith(":"))
    return "\n".join(lines[: n - 1 if alone else n] + lines[n + 1 :])


def _in_words(text: str, n: int) -> str:
    """A line with the heading that it stands under."""
    lines = text.split("\n")
    headings = [line for line in lines[:n] if line.endswith(":")]
    return f"{headings[-1].rstrip(':').lower()} {lines[n]}" if headings else lines[n]
