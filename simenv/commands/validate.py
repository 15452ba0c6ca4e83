"""The command ``simenv validate``: thin, as all commands are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from simenv.errors import UsageError

_FILE = "CSV of userId, movieId and perhaps rating, "


def validate(
    model: Annotated[
        str, typer.Option(help="A name from `simenv list models`, or a GGUF file.")
    ] = "embedded",
    dataset: Annotated[str, typer.Option(help="A name from `simenv list datasets`, or ratings.")] = "ml-1m",
    users: Annotated[
        int | None, typer.Option(min=1, help="How many people to report on; 300 or all that there are.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder; validation/MODEL-DATASET if left out.")
    ] = None,
    train: Annotated[Path | None, typer.Option(help=f"{_FILE}of people who may be learned from.")] = None,
    context: Annotated[Path | None, typer.Option(help=f"{_FILE}known of the people reported on.")] = None,
    split: Annotated[Path | None, typer.Option(help=f"{_FILE}hidden of the people reported on.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of all luck, and of data that are invented.")] = 0,
    beside: Annotated[
        list[str], typer.Option(metavar="GGUF", help="Another file of the model, to compare; repeatable.")
    ] = [],  # noqa: B006 - typer reads it, nobody changes it
    as_json: Annotated[bool, typer.Option("--json", help="Print report.json, for programs.")] = False,
) -> None:
    """Measure how much a model behaves like real people."""
    from scenarios import validating
    from simenv import drawing, screen

    files = _files(train, context, split)
    folder = out or Path("validation") / f"{Path(model).stem}-{Path(dataset).stem}"
    split_in_files = None if files is None else validating.Files(*files)
    wish = validating.Wish(model, dataset, users, split_in_files, seed, beside)
    with drawing.validation_bar() as bar:
        report = validating.validate(wish, folder, bar)
    if as_json:
        typer.echo(json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        screen.say(_sentences(report))
        screen.say_whole([f"Wrote {folder / 'report.md'}, report.json beside it, and figures."])


def _files(*paths: Path | None) -> tuple[Path, ...] | None:
    """The three files of a released split; None where none is named."""
    named = [path for path in paths if path is not None]
    if not named:
        return None
    if len(named) < len(paths):
        raise UsageError(
            f"Expected --train, --context and --split together, found {len(named)} of them; a released split "
            "has all three."
        )
    return tuple(named)


def _sentences(report: dict[str, Any]) -> list[str]:
    """The primary endpoint, and what else a person asks first."""
    words = {"uniform": "any items", "popularity_matched": "equally popular items"}
    lines = [
        f"{report['data']['reported']} people of {report['data']['name']} who were in nobody's training:"
    ]
    for kind, against in words.items():
        own = report["primary"][kind]
        less = _cell(own["minus_stacked"])
        lines.append(f"AUC against {against}: {_cell(own['auc'])}; less the stacked control {less}.")
    return [*lines, f"Calibration error at the base rate of a page: {_cell(report['calibration']['ece'])}."]


def _cell(leaf: dict[str, float | None]) -> str:
    value, low, high = (leaf[name] for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "unknown"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
