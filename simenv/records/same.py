"""Whether two runs are equal: byte for byte, in everything but progress and times."""

from __future__ import annotations

from pathlib import Path

_TABLES = ("interactions", "pages", "words")
_FILES = ("agents.parquet", "metrics.parquet", "graph.parquet")


def same_run(first: str | Path, second: str | Path) -> bool:
    """Whether two run folders hold the same bytes of interactions, pages, words, agents and metrics."""
    return not different_files(first, second)


def different_files(first: str | Path, second: str | Path) -> list[str]:
    """The files, relative to the run folders, that differ or that only one of them has."""
    folders = Path(first), Path(second)
    names = sorted({name for folder in folders for name in _told(folder)})
    return [name for name in names if not _equal(folders[0] / name, folders[1] / name)]


def _told(folder: Path) -> list[str]:
    parts = (part for table in _TABLES for part in (folder / table).glob("part-*.parquet"))
    whole = (folder / name for name in _FILES if (folder / name).exists())
    return [path.relative_to(folder).as_posix() for path in (*parts, *whole)]


def _equal(first: Path, second: Path) -> bool:
    return first.exists() and second.exists() and first.read_bytes() == second.read_bytes()
