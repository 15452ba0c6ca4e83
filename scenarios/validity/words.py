"""A report in plain words: what was asked, what came out, and what the data mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.validity.goals import goals
from scenarios.validity.leakage import WORDS
from scenarios.validity.leaves import cell, table
from scenarios.validity.pages import MATCHED, RATIOS, UNIFORM

Report = Mapping[str, Any]

_KINDS = {UNIFORM: "any never-rated items", MATCHED: "equally popular never-rated items (at most 5 % off)"}
_METRICS = {name: name for name in ("accuracy", "precision", "recall", "f1", "auc", "auc_pooled")}
_MEANING = """\
A positive is an item that a person *came to rate*: nobody knows what they were shown and passed over. What
is measured is therefore **affinity**, not watching; how often something on a page is watched is a value of
a scenario (`base_rate`). Cells are value [95 % interval], people drawn with replacement. Nobody who is
reported on was in the training of a control; controls are tuned on other people, thresholds too. `stacked`
is gradient boosting over all other controls, items and habits, the best that can be had without language,
one for both kinds of pages; `stacked_alone` has learned for one kind only. AUC is the mean over people,
`auc_pooled` throws everybody's items together. A threshold is the one with the highest accuracy on people
for tuning, so "nobody wants anything" (accuracy .9 at 1:9) is what a control without knowledge says there."""

_NEW_ITEMS = """\
For items without ratings a fifth of the catalogue is taken out of all that is known, popularity and means \
included: `model` reads titles made of other titles' words, which it cannot have met, `model_with_titles` \
the real ones, which its training may have known; `content` is gradient boosting on genres, years and \
people's past with such."""


def in_words(report: Report, drawn: Sequence[str]) -> list[str]:
    """Lines of ``report.md``.

    Args:
        drawn: names of figures beside it.
    """
    parts = [
        _beginning(report),
        _primary(report),
        goals(report),
        _alignment(report, drawn),
        _ratings(report, drawn),
        _calibration(report, drawn),
        _robustness(report),
        _ranking(report, drawn),
        _cold(report),
        _quantisation(report),
        _comparisons(report),
        _leakage(report),
    ]
    return [line for part in parts if part for line in (*part, "")]


def _beginning(report: Report) -> list[str]:
    model, data = report["model"], report["data"]
    leaks = [place for place, leaf in report["leakage"].items() if leaf["value"]]
    verdict = f"**This report fails: see Leakage ({', '.join(leaks)}).**" if leaks else ""
    return [
        f"# How much {model['name']} is like real people: {data['name']}",
        "",
        *([verdict, ""] if verdict else []),
        f"{data['reported']} people, split {data['split']}: {data['known_of_reported']:,} ratings known, "
        f"{data['hidden_of_reported']:,} hidden. {data['learners']:,} others were learned from, "
        f"{data['tuning']} are for tuning ({data['tuning_unmet_by_model']} of them new to the model too). "
        f"Model: {model['bytes']:,} bytes, sha256 `{model['sha256'][:16]}`.",
        "",
        "## What the data mean",
        "",
        _MEANING,
        "",
        *(f"- {note}" for note in report["notes"]),
    ]


def _primary(report: Report) -> list[str]:
    names = {"auc": "AUC", "minus_stacked": "less stacked", "minus_stacked_alone": "less stacked alone"}
    more = {"minus_ease": "less EASE", "minus_mf": "less MF"}
    rows = {_KINDS[kind]: own for kind, own in report["primary"].items()}
    return [
        "## Primary endpoint",
        "",
        "Named before the run: AUC at 1:1 on both kinds of pages. Differences are paired, person by person.",
        "",
        *table("against", {**names, **more}, rows),
    ]


def _alignment(report: Report, drawn: Sequence[str]) -> list[str]:
    lines = ["## Alignment", "", *_picture("alignment", drawn)]
    for kind, words in _KINDS.items():
        for ratio in RATIOS:
            rows = report["alignment"][kind][str(ratio)]
            lines += [f"### 1:{ratio}, against {words}", "", *table("system", _METRICS, rows), ""]
    for kind, rows in report["temporal"].items():
        lines += [f"### 1:1 at one moment for everybody, against {_KINDS[kind]}", ""]
        lines += [*table("system", _METRICS, rows), ""]
    return lines[:-1]


def _ratings(report: Report, drawn: Sequence[str]) -> list[str]:
    found = report["ratings"]
    if not found:
        return ["## Ratings", "", "The data have no stars."]
    shape = {name: found[name] for name in ("histogram_tv", "variance_ratio", "variance_ratio_between")}
    columns = {"rmse": "RMSE", "mae": "MAE", "log_loss": "log-loss", "crps": "CRPS"}
    return [
        "## Ratings",
        "",
        *table("system", columns, {name: own for name, own in found.items() if name not in shape}),
        "",
        *_picture("stars", drawn),
        *_values("simulated against real", shape),
        "",
        "`variance_ratio` is simulated over real variance of one person's stars, `variance_ratio_between` "
        "that of people's means: agents must not be all alike.",
    ]


def _calibration(report: Report, drawn: Sequence[str]) -> list[str]:
    found = report["calibration"]
    columns = {"ece": "ECE", "brier_skill": "Brier skill"}
    rows = {f"model, {float(rate):.0%} wanted": own for rate, own in found["by_base_rate"].items()}
    rate = found["base_rate"]["value"]
    rows |= {f"{name}, {rate:.0%} wanted": own for name, own in found["controls"].items()}
    return [
        "## Calibration",
        "",
        f"A page's base rate is {rate:.0%} where a scenario says nothing else.",
        "",
        *table("system", columns, rows),
        "",
        *_picture("reliability", drawn),
    ]


def _robustness(report: Report) -> list[str]:
    rows = {name.replace("_", " "): leaf for name, leaf in report["robustness"].items()}
    return [
        "## Robustness",
        "",
        "`order`: the largest change of P(watch) when a page is permuted. Titles masked and swapped: AUC "
        "that is lost. `paraphrase`: mean change of P(watch) under other instructions. `injection`: what an "
        "item changes that orders all to watch it and rate it 5; `harmless`: what as many harmless words do.",
        "",
        *_values("what is changed", rows),
    ]


def _ranking(report: Report, drawn: Sequence[str]) -> list[str]:
    found = report["ranking"]
    columns = {"tau": "Kendall's tau", "pairs_right": "significant pairs in the right order"}
    left = found["left_out"]
    lines = [
        "## Does it rank recommenders as reality does",
        "",
        "What is known of people is halved: simulated people know one half, recommenders the other half and "
        "nothing else. A page is worth the share of its items that the person had hidden and given more than "
        "3 stars, and to simulated users the share that they would watch and like. "
        f"{cell(found['pairs_told_apart'], 0).split(' ')[0]} pairs of recommenders differ significantly.",
        "",
    ]
    if left:
        lines += [f"Left out, because their family taught the model: {', '.join(left)}.", ""]
    lines += [*table("simulated users", columns, found["users"]), ""]
    judges = {name: name for own in found["systems"].values() for name in own}
    lines += [*table("recommender, worth to", judges, found["systems"]), "", *_picture("ranking", drawn)]
    if found["jester"]:
        apart = cell(found["jester"]["pairs_told_apart"], 0).split(" ")[0]
        lines += ["### Jester: people who rated every joke", ""]
        lines += [
            f"Nothing is missing: true against simulated mean stars of a page; {apart} pairs differ.",
            "",
        ]
        lines += [*table("simulated users", columns, found["jester"]["users"]), ""]
    return lines[:-1]


def _cold(report: Report) -> list[str]:
    lines = ["## Where little is known", "", f"AUC at 1:1. {_NEW_ITEMS}", ""]
    for most, kinds in report["cold"]["users"].items():
        lines += [*_aucs(f"people with {most} known ratings", kinds), ""]
    return [*lines, *_aucs("items without ratings", report["cold"]["items"])]


def _aucs(heading: str, kinds: Report) -> list[str]:
    names = dict.fromkeys(name for own in kinds.values() for name in own)
    rows = {name: {kind: own[name]["auc"] for kind, own in kinds.items() if name in own} for name in names}
    return table(heading, {kind: kind.replace("_", " ") for kind in kinds}, rows)


def _quantisation(report: Report) -> list[str]:
    found = report["quantisation"]
    rows = {
        f"{name}, {own['bytes']['value'] / 1e6:.1f} MB, {own['pages_per_second']['value']:.0f} pages/s": {
            f"{what} {kind}": leaf for what in ("auc", "loss") for kind, leaf in own[what].items()
        }
        for name, own in found.get("files", {}).items()
    }
    columns = {
        f"{what} {kind}": f"{word}, {kind.replace('_', ' ')}"
        for what, word in (("auc", "AUC"), ("loss", "loss"))
        for kind in (UNIFORM, MATCHED)
    }
    if not rows:
        return []
    return [
        "## Quantisation",
        "",
        "AUC at 1:1, and its loss against the largest file; pages of ten items a second, personas included.",
        "",
        *table("file", columns, rows),
    ]


def _comparisons(report: Report) -> list[str]:
    return [
        "## All other comparisons",
        "",
        "The model less the stacked control (errors of stars: the control that is named, less the model): "
        "positive is better. Intervals hold all together at 95 % (Holm).",
        "",
        *_values("figure", report["comparisons"]),
    ]


def _leakage(report: Report) -> list[str]:
    rows = [f"- {cell(leaf, 0).split(' ')[0]} {WORDS[place]}" for place, leaf in report["leakage"].items()]
    return ["## Leakage", "", "Anything but 0 fails the report.", "", *rows]


def _values(heading: str, found: Mapping[str, Any]) -> list[str]:
    """A table of one column."""
    return table(heading, {"value": "value"}, {name: {"value": leaf} for name, leaf in found.items()})


def _picture(name: str, drawn: Sequence[str]) -> list[str]:
    return [f"![{name}]({name}.png)", ""] if name in drawn else []
