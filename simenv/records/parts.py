"""The files of tables that grow, and how their names order them."""

from __future__ import annotations

from pathlib import Path


def part_name(seed: int, arm: int, day: int, number: int) -> str:
    """The name of one part: names sort as seeds, arms, rounds and agents do.

    Args:
        seed, arm: their places in the manifest's lists.
        day: the round.
        number: the running number of the part in the round, which holds later agents than the one before.
    """
    return f"{world_prefix(seed, arm)}r{day:05d}-{number:04d}.parquet"


def world_prefix(seed: int, arm: int) -> str:
    """How the names of one world's parts begin."""
    return f"part-s{seed:03d}-a{arm:02d}-"


def round_of(part: Path) -> int:
    """The round that a part is about."""
    return int(part.stem.split("-")[3][1:])


def part_paths(folder: Path, table: str, prefix: str = "part-") -> list[Path]:
    """The whole parts of a table, in order."""
    return sorted((folder / table).glob(f"{prefix}*.parquet"))
