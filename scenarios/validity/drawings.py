"""Pictures of a report."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from scenarios.validity.pages import MATCHED, UNIFORM

_TITLES = {UNIFORM: "against any items", MATCHED: "against equally popular items"}
_OWN, _OTHERS = "#b3261e", "#5f6b7a"


def drawings(report: Mapping[str, Any]) -> dict[str, bytes]:
    """PNG files by name."""
    makers = {"alignment": _alignment, "reliability": _reliability, "stars": _stars, "ranking": _ranking}
    drawn = {name: make(report) for name, make in makers.items()}
    return {name: picture for name, picture in drawn.items() if picture is not None}


def _alignment(report: Mapping[str, Any]) -> bytes:
    """AUC of the model and of every control, 1:1, with intervals."""
    figure, places = _canvas(2, 9, 3.4)
    for place, (kind, title) in zip(places, _TITLES.items(), strict=True):
        table = report["alignment"][kind]["1"]
        known = {name: own["auc"] for name, own in table.items() if own["auc"]["value"] is not None}
        for level, name in enumerate(sorted(known, key=lambda name: float(known[name]["value"]))):
            leaf, colour = known[name], _OWN if name == "model" else _OTHERS
            place.plot([leaf["low"], leaf["high"]], [level, level], color=colour, linewidth=2)
            place.plot([leaf["value"]], [level], "o", color=colour)
        place.set_yticks(range(len(known)), sorted(known, key=lambda name: float(known[name]["value"])))
        place.set_title(f"Came to rate, {title}", fontsize=10)
        place.set_xlabel("AUC, mean over people")
    return _png(figure)


def _reliability(report: Mapping[str, Any]) -> bytes:
    """What P(watch) said against what was."""
    figure, (place,) = _canvas(1, 4.2, 4)
    curve = report["curves"]["reliability"]
    steps = [step for step, weight in enumerate(curve["weight"]) if weight > 0]
    place.plot([0, 1], [0, 1], color=_OTHERS, linewidth=1, linestyle="--")
    place.plot([curve["said"][s] for s in steps], [curve["was"][s] for s in steps], "o-", color=_OWN)
    place.set_xlabel("P(watch)")
    place.set_ylabel("share that came to rate")
    rate = report["calibration"]["base_rate"]["value"]
    place.set_title(f"Where {rate:.0%} of a page is wanted", fontsize=10)
    return _png(figure)


def _stars(report: Mapping[str, Any]) -> bytes | None:
    """Shares of one to five stars."""
    curve = report["curves"].get("stars")
    if not curve:
        return None
    figure, (place,) = _canvas(1, 4.2, 3.4)
    levels = range(1, 6)
    place.bar([level - 0.2 for level in levels], curve["given"], 0.4, color=_OTHERS, label="people gave")
    place.bar([level + 0.2 for level in levels], curve["said"], 0.4, color=_OWN, label="the model says")
    place.set_xlabel("stars")
    place.legend(frameon=False, fontsize=9)
    return _png(figure)


def _ranking(report: Mapping[str, Any]) -> bytes | None:
    """What each recommender is worth to real and to simulated people."""
    systems = report["ranking"].get("systems") or {}
    if not systems:
        return None
    figure, (place,) = _canvas(1, 5, 4)
    for name, worth in systems.items():
        real, said = worth["people"]["value"], worth["model"]["value"]
        place.plot([real], [said], "o", color=_OWN)
        place.annotate(name, (real, said), fontsize=6, xytext=(3, 2), textcoords="offset points")
    place.set_xlabel("likes among what is hidden, real people")
    place.set_ylabel("likes, simulated people")
    return _png(figure)


def _canvas(columns: int, width: float, height: float) -> tuple[Any, Any]:
    """A figure without a window, and its places in a row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    places = figure.subplots(1, columns, squeeze=False)[0]
    for place in places:
        place.spines[["top", "right"]].set_visible(False)
    return figure, places


def _png(figure: Any) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=120, metadata={"Software": None})
    return file.getvalue()
