"""Synthetic interactions for other tools, in files that say what they are and where they came from."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path

import pyarrow.parquet as pq

from simenv.errors import UsageError, unknown_name
from simenv.records.manifest import as_json
from simenv.records.portion import Portion, portions
from simenv.records.run import Run
from simenv.records.schema import storage
from simenv.records.whole import ENDING, whole_file

_WAY_OUT = "export again"


def export(run: Run, form: str, out: str | Path, arms: Sequence[str] | None = None) -> list[Path]:
    """Write a run's interactions for other tools: one folder for each arm, and seed if several.

    Args:
        form: a name of ``FORMATS``.
        out: where the folders are made; each appears whole.
        arms: the arms to export; None for all.

    Returns:
        The files that were written.

    Raises:
        UsageError: for an unknown format or arm, or where a folder is in the way.
    """
    if form not in FORMATS:
        raise unknown_name("format", form, FORMATS)
    chosen = portions(run, run.arms if arms is None else arms)
    folders = [Path(out) / portion.name for portion in chosen]
    for folder in folders:
        if folder.exists():
            raise UsageError(f"{folder} is already there. Choose a new --out, or remove it.")
    for portion, folder in zip(chosen, folders, strict=True):
        _write(portion, FORMATS[form], folder)
    return [path for folder in folders for path in sorted(folder.iterdir())]


def write_parquet(portion: Portion, folder: Path) -> None:
    """``synthetic-interactions.parquet``: everything that was shown, whether watched and how likely."""
    note = {"provenance": as_json(portion.provenance()).decode()}
    schema = portion.schema.with_metadata(note)
    with (
        whole_file(folder / "synthetic-interactions.parquet", _WAY_OUT) as file,
        pq.ParquetWriter(file, schema, **storage(schema)) as writer,
    ):
        for part in portion.shown():
            writer.write_table(part.replace_schema_metadata(note))


def write_recbole(portion: Portion, folder: Path) -> None:
    """RecBole's atomic files: ``.inter`` of ratings, ``.user`` and ``.item``, named like their folder.

    RecBole finds them with ``data_path`` set to the folder above and ``dataset`` to the folder's name. Tabs,
    line ends and double quotes, which atomic files cannot hold, become spaces and single quotes.
    """
    items = portion.items
    classes = (" ".join(_clean(name).replace(" ", "_") for name in names) for names in portion.themes())
    inter = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
    user = ("user_id:token", "age:token", "gender:token", "occupation:token")
    item = ("item_id:token", "title:token_seq", "class:token_seq")
    path = folder / portion.name
    _atomic(path.with_name(path.name + ".inter"), inter, portion.ratings())
    _atomic(path.with_name(path.name + ".user"), user, portion.people())
    _atomic(path.with_name(path.name + ".item"), item, zip(items.ids, items.titles, classes, strict=True))


def write_movielens(portion: Portion, folder: Path) -> None:
    """MovieLens' files: ``synthetic-ratings.csv`` and ``synthetic-movies.csv``.

    Titles are data, whatever they begin with: open them as text, never as a spreadsheet's formulas.
    """
    items = portion.items
    genres = ("|".join(name.replace("|", "/") for name in names) for names in portion.themes())
    movies = zip(items.ids, items.titles, (own or "(no genres listed)" for own in genres), strict=True)
    _csv(folder / "synthetic-ratings.csv", ("userId", "movieId", "rating", "timestamp"), portion.ratings())
    _csv(folder / "synthetic-movies.csv", ("movieId", "title", "genres"), movies)


FORMATS: Mapping[str, Callable[[Portion, Path], None]] = {
    "movielens": write_movielens,
    "parquet": write_parquet,
    "recbole": write_recbole,
}
"""How to write one portion into an empty folder, by the name of the format."""


def _write(portion: Portion, writer: Callable[[Portion, Path], None], folder: Path) -> None:
    """Write a folder that appears whole, with a note of where its content came from."""
    unfinished = folder.with_name(f".{folder.name}{ENDING}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    writer(portion, unfinished)
    for name, content in (
        ("provenance.json", as_json(portion.provenance())),
        ("SYNTHETIC.md", portion.statement().encode()),
    ):
        with whole_file(unfinished / name, _WAY_OUT) as file:
            file.write(content)
    unfinished.replace(folder)


def _atomic(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Tab-separated lines without any quoting, as RecBole's readers take them."""
    with whole_file(path, _WAY_OUT) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        for row in (header, *rows):
            text.write("\t".join(_clean(str(value)) for value in row) + "\n")
        text.detach()


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Comma-separated lines, quoted where a value needs it."""
    with whole_file(path, _WAY_OUT) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        text.detach()


def _clean(text: str) -> str:
    """Text on one line, without tabs and double quotes."""
    return " ".join(text.split()).replace('"', "'")
