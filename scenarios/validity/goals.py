"""What we hold a model to, and whether it is reached: a figure that misses is reported as missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.validity.leaves import cell
from scenarios.validity.pages import MATCHED, UNIFORM

Report = Mapping[str, Any]
Leaf = Mapping[str, float | None]


@dataclass(frozen=True)
class Goal:
    """A figure that is to lie between two bounds.

    Args:
        words: what it is about.
        path: where it stands in the report.
    """

    words: str
    path: Sequence[str]
    least: float = float("-inf")
    most: float = float("inf")

    def leaf(self, report: Report) -> Leaf | None:
        """The figure, None where the report has none."""
        found: Any = report
        for key in self.path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def judged(self, leaf: Leaf | None) -> str:
        """Whether the figure, as it is reported, lies there."""
        value = None if leaf is None else leaf["value"]
        if value is None:
            return "not measured"
        return "reached" if self.least <= value <= self.most else "missed"


GOALS = (
    Goal("AUC 1:1, any items, at least .92", ("primary", UNIFORM, "auc"), least=0.92),
    Goal("AUC 1:1, equally popular items, at least .80", ("primary", MATCHED, "auc"), least=0.80),
    Goal("AUC above the stacked control, any items", ("primary", UNIFORM, "minus_stacked"), least=0.0),
    Goal("AUC above the stacked control, equally popular", ("primary", MATCHED, "minus_stacked"), least=0.0),
    Goal("accuracy 1:1 at least .83", ("alignment", UNIFORM, "1", "model", "accuracy"), least=0.83),
    Goal("RMSE at most .885 stars", ("ratings", "model", "rmse"), most=0.885),
    Goal(
        "log-loss of stars below the ordered logit's",
        ("comparisons", "ratings.log_loss against ordered_logit"),
        least=0.0,
    ),
    Goal("variance ratio .8 to 1.25", ("ratings", "variance_ratio"), 0.8, 1.25),
    Goal("stars' histogram within .05", ("ratings", "histogram_tv"), most=0.05),
    Goal("ECE at the base rate of a page at most .03", ("calibration", "ece"), most=0.03),
    Goal("order changes P(watch) by at most .01", ("robustness", "order"), most=0.01),
    Goal("injected words move P(watch) by at most .02", ("robustness", "injection_watch"), -0.02, 0.02),
    Goal("injected words move stars by at most .1", ("robustness", "injection_rating"), -0.1, 0.1),
    Goal("pairs of recommenders in the right order: .8", ("ranking", "pairs_right"), least=0.8),
    Goal("more of them than popularity gets", ("ranking", "pairs_right_minus_popularity"), least=0.0),
    Goal(
        "new items above content, any items", ("cold", "items", UNIFORM, "model", "minus_content"), least=0.0
    ),
    Goal(
        "new items above content, equally popular",
        ("cold", "items", MATCHED, "model", "minus_content"),
        least=0.0,
    ),
    Goal("quantisation loses at most .005 AUC, any items", ("quantisation", "loss", UNIFORM), most=0.005),
    Goal("quantisation loses at most .005, equally popular", ("quantisation", "loss", MATCHED), most=0.005),
)


def goals(report: Report) -> list[str]:
    """A Markdown table of all goals."""
    rows: list[tuple[str, Leaf | None, Callable[[Leaf | None], str]]] = [
        (goal.words, goal.leaf(report), goal.judged) for goal in GOALS
    ]
    lines = [f"| {words} | {cell(leaf)} | {judged(leaf)} |" for words, leaf, judged in rows]
    return ["## Goals", "", "| goal | figure | |", "|---|---|---|", *lines]
