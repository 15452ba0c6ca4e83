"""Exports are read by other tools, and say that they are synthetic."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simenv.errors import UsageError
from simenv.records.export import FORMATS, export
from simenv.records.folder import RunFolder
from simenv.records.run import Run
from tests.factories import catalog
from tests.records.played import ABOUT, SMALL, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    about = {**ABOUT, "seeds": [1]}
    return Run(make_run(tmp_path_factory.mktemp("runs") / "Town 1", about=about, share=5))


def lines(path: Path) -> list[list[str]]:
    """Tab-separated lines, taken apart as naively as can be."""
    return [line.split("\t") for line in path.read_text().removesuffix("\n").split("\n")]


def rated(run: Run) -> list[dict[str, object]]:
    return run.sql(
        "select a.id as user, c.id as item, rating, round * 86400 + page * 60 + slot as time "
        "from interactions i join agents a on i.user = a.user and i.arm = a.arm "
        "join catalog c on i.item = c.item where i.arm = 'random' and i.watched "
        "order by round, i.user // 5, page, i.user, slot"
    ).to_pylist()


@pytest.mark.parametrize("form", FORMATS)
def test_every_export_says_that_it_is_synthetic(run: Run, tmp_path: Path, form: str) -> None:
    written = export(run, form, tmp_path)
    assert {path.parent.name for path in written} == {"synthetic-town-1-popular", "synthetic-town-1-random"}
    for folder in tmp_path.iterdir():
        told = json.loads((folder / "provenance.json").read_text())
        assert told["synthetic"] is True
        assert told["run"] == "Town 1"
        assert told["dataset"]["terms"] == "research, non-commercial"
        text = (folder / "SYNTHETIC.md").read_text()
        for word in (
            "No person",
            "Town 1",
            "cd34",
            "ab12",
            "research, non-commercial",
            "as the data.",
            "town",
        ):
            assert word in text
        others = {path.name for path in folder.iterdir()} - {"provenance.json", "SYNTHETIC.md"}
        assert others
        assert all(name.startswith("synthetic-") for name in others)


def test_recbole_reads_exactly_these_headers(run: Run, tmp_path: Path) -> None:
    export(run, "recbole", tmp_path, ["random"])
    path = tmp_path / "synthetic-town-1-random" / "synthetic-town-1-random"
    inter, user, item = (lines(path.with_name(path.name + end)) for end in (".inter", ".user", ".item"))
    assert inter[0] == ["user_id:token", "item_id:token", "rating:float", "timestamp:float"]
    assert user[0] == ["user_id:token", "age:token", "gender:token", "occupation:token"]
    assert item[0] == ["item_id:token", "title:token_seq", "class:token_seq"]
    assert user[1] == ["u0", "25-34", "woman", "college student"]
    expected = [[str(value) for value in row.values()] for row in rated(run)]
    assert inter[1:] == expected


def test_awkward_titles_do_not_break_atomic_files(run: Run, tmp_path: Path) -> None:
    export(run, "recbole", tmp_path, ["random"])
    (path,) = tmp_path.glob("*/*.item")
    rows = lines(path)
    assert len(rows) == SMALL.items + 1
    assert {len(row) for row in rows} == {3}
    assert rows[1][:2] == ["m100", "=1+1 'quoted', tab here"]
    assert rows[2][1] == "@line break (1999)"
    assert '"' not in path.read_text()


def test_movielens_files_give_back_every_title_as_it_is(run: Run, tmp_path: Path) -> None:
    export(run, "movielens", tmp_path, ["random"])
    folder = tmp_path / "synthetic-town-1-random"
    with (folder / "synthetic-movies.csv").open(newline="") as file:
        movies = list(csv.DictReader(file))
    assert [movie["title"] for movie in movies] == list(catalog(SMALL.items).titles)
    assert movies[-1]["genres"] == "(no genres listed)"
    with (folder / "synthetic-ratings.csv").open(newline="") as file:
        ratings = list(csv.DictReader(file))
    assert list(ratings[0]) == ["userId", "movieId", "rating", "timestamp"]
    assert [list(row.values()) for row in ratings] == [[str(v) for v in row.values()] for row in rated(run)]


def test_parquet_holds_everything_that_was_shown_with_the_data_sets_ids(run: Run, tmp_path: Path) -> None:
    written = export(run, "parquet", tmp_path, ["random"])
    path = next(path for path in written if path.suffix == ".parquet")
    table = pq.read_table(path)
    assert json.loads(table.schema.metadata[b"provenance"])["synthetic"] is True
    shown = run.sql("select count(*) as n from interactions where arm = 'random'").to_pylist()[0]["n"]
    assert len(table) == shown
    first = table.slice(0, 1).to_pylist()[0]
    source = run.sql("select * from interactions where arm = 'random' limit 1").to_pylist()[0]
    assert first["user_id"] == f"u{source['user']}"
    assert first["item_id"] == f"m{100 + source['item']}"
    assert first["title"] == catalog(SMALL.items).titles[source["item"]]
    assert first["chance"] == source["chance"]


def test_several_seeds_never_mix_in_one_folder(tmp_path: Path) -> None:
    run = Run(make_run(tmp_path / "run"))
    export(run, "movielens", tmp_path / "out", ["popular"])
    names = sorted(folder.name for folder in (tmp_path / "out").iterdir())
    assert names == ["synthetic-run-popular-seed-1", "synthetic-run-popular-seed-2"]


def test_arm_names_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    about = {"seeds": [1], "arms": ["../../etc", "etc", "§"]}
    run = Run(make_run(tmp_path / "run", about=about))
    export(run, "movielens", tmp_path / "out")
    names = sorted(folder.name for folder in (tmp_path / "out").iterdir())
    assert names == ["synthetic-run-arm", "synthetic-run-etc-0", "synthetic-run-etc-1"]


def test_an_unknown_format_gets_a_hint(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No format named 'recbol'. Did you mean 'recbole'"):
        export(run, "recbol", tmp_path)


def test_an_unknown_arm_gets_a_hint(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No arm named 'rando'. Did you mean 'random'"):
        export(run, "parquet", tmp_path, ["rando"])


def test_an_export_never_overwrites_another(run: Run, tmp_path: Path) -> None:
    export(run, "parquet", tmp_path)
    with pytest.raises(UsageError, match="is already there"):
        export(run, "movielens", tmp_path)


def test_an_export_that_fails_leaves_no_folder_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(Exception, match="The disk is full"):
            export(run, "movielens", tmp_path)
    assert not [folder for folder in tmp_path.iterdir() if not folder.name.startswith(".")]
    assert export(run, "movielens", tmp_path)


def test_a_run_without_rounds_has_nothing_to_export(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    with pytest.raises(UsageError, match="no interactions yet"):
        export(Run(folder.path), "parquet", tmp_path / "out")
