"""What a thinking agent is asked about a page, in words: shared by the policy and by training."""

from __future__ import annotations

from agents.profile import item_words
from agents.prompts import one_line, prompts
from simenv.types import Catalog, FloatArray, IntArray

Branch = tuple[str, tuple[str, ...]]
"""A question's own words, and the allowed answers."""


def opening(noun: str) -> str:
    """What all agents are told first; ``noun`` is what one item is called."""
    return str(prompts()["shared"].format(noun=one_line(noun)))


def memory_words(catalog: Catalog, items: IntArray, stars: FloatArray) -> str:
    """What was watched lately, oldest first, as lines under a heading; "" when it was nothing."""
    if len(items) == 0:
        return ""
    words = prompts()["memory"]
    return str(words["heading"]) + "".join(
        words["entry"].format(title=one_line(catalog.titles[item]), stars=f"{float(star):g}")
        for item, star in zip(items, stars, strict=True)
    )


def leave_question(page: int, satisfaction: float, fatigue: float) -> str:
    """The question whether to go on after a page (counted from 1), mood rounded to tenths."""
    return str(
        prompts()["leave"]["ask"].format(
            page=page, satisfaction=round(10 * float(satisfaction)), fatigue=round(10 * float(fatigue))
        )
    )


def page_words(memory: str) -> str:
    """What the branches of one page share: memory, then that items follow."""
    return memory + str(prompts()["page"])


def watch_question(catalog: Catalog, item: int, facts: str) -> str:
    """Whether to watch an item, given what else is to be read about it."""
    return facts + str(prompts()["watch"]["ask"].format(title=one_line(catalog.titles[item])))


class Branches:
    """The two questions about each item, in words: would this person watch it, and then how many stars."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._written: dict[int, tuple[Branch, Branch]] = {}

    def __getitem__(self, item: int) -> tuple[Branch, Branch]:
        """Words and options of both questions; the second begins with the first and its "yes"."""
        if item not in self._written:
            watch, stars = prompts()["watch"], prompts()["stars"]
            asked = self._words(item)
            self._written[item] = (
                (asked, tuple(watch["options"])),
                (asked + watch["options"][1] + stars["ask"], tuple(stars["options"])),
            )
        return self._written[item]

    def _words(self, item: int) -> str:
        catalog = self._catalog
        facts = item_words(catalog, item, float(catalog.popularity[item]), float(catalog.mean_rating[item]))
        return watch_question(catalog, item, facts)
