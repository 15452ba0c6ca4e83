"""A run's folder, as the one process that writes it sees it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from simenv.errors import SimenvError, UsageError
from simenv.protocols import State
from simenv.records import checkpoint, manifest
from simenv.records.checkpoint import Checkpoint
from simenv.records.ledger import Ledger, Place
from simenv.records.parts import part_name, part_paths
from simenv.records.schema import AGENTS, PARTS, storage
from simenv.records.tables import World, catalog_table
from simenv.records.whole import sweep, whole_file
from simenv.types import Catalog, Estimate

STOP = "stop"
"""A file of this name in the folder asks the run to stop at the next page."""
LOCK = ".lock"


class RunFolder:
    """Writes a run: every file appears whole, and one process at a time may write.

    Made by ``create`` for a new run or by ``open`` for one that goes on.
    """

    def __init__(self, path: Path, about: manifest.Manifest) -> None:
        self.path = path
        self.manifest = about
        self.seeds: tuple[int, ...] = tuple(about["seeds"])
        self.arms: tuple[str, ...] = tuple(about["arms"])
        self._lock = _hold(path)
        sweep(path)
        self._ledger = Ledger(self.seeds, self.arms)
        if (path / Ledger.FILE).exists():
            self._ledger.read(path / Ledger.FILE)

    @classmethod
    def create(cls, path: str | Path, about: Mapping[str, Any]) -> RunFolder:
        """A new run, in a folder that does not exist yet or is empty.

        Args:
            about: the manifest: ``seeds`` (numbers) and ``arms`` (names), and all that says what was run.

        Raises:
            UsageError: when the folder holds something.
        """
        path = Path(path)
        if (path / manifest.FILE).exists():
            raise UsageError(
                f"{path} holds another run. Choose a new --out, or continue it with --resume {path}."
            )
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(f"{path} is not an empty folder. Choose a new --out.")
        for name in (*PARTS, checkpoint.FOLDER):
            (path / name).mkdir(parents=True, exist_ok=True)
        folder = cls(path, manifest.new_manifest(about))
        folder.set_state("running")
        return folder

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """A run that goes on.

        Raises:
            UsageError: when there is no run, or another process is writing it.
        """
        return cls(Path(path), manifest.read_manifest(Path(path)))

    def close(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def world(self, seed: int, arm: str) -> World:
        """One of the run's worlds."""
        return World(seed, arm, self.arms)

    def set_state(self, state: str, **about: object) -> None:
        """Say in the manifest whether the run is running, done, failed or stopped, and what else is known."""
        self.manifest |= {**about, "state": state}
        self.write(Path(manifest.FILE), lambda file: file.write(manifest.as_json(self.manifest)))

    def stop_requested(self) -> bool:
        """Whether somebody put a stop file into the folder."""
        return (self.path / STOP).exists()

    def clear_stop(self) -> None:
        """Take the stop file away, so that the run can go on."""
        (self.path / STOP).unlink(missing_ok=True)

    def write(self, name: Path, writer: Callable[[BinaryIO], object]) -> None:
        """Write a file of the run, whole."""
        with whole_file(self.path / name, f"continue with --resume {self.path}") as file:
            writer(file)

    def write_table(self, name: Path, table: pa.Table) -> None:
        """Write a Parquet file of the run, whole: the same rows give the same bytes."""
        self.write(name, lambda file: pq.write_table(table, file, **storage(table.schema)))

    def write_part(self, table: str, world: World, when: tuple[int, int], rows: pa.Table) -> None:
        """Write one part of a table that grows.

        Args:
            when: the round, and the number of the part in it.
        """
        place = (self.seeds.index(world.seed), self.arms.index(world.arm))
        self.write_table(Path(table) / part_name(*place, *when), rows)

    def write_catalog(self, catalog: Catalog) -> None:
        """Write what can be recommended."""
        self.write_table(Path("catalog.parquet"), catalog_table(catalog))

    def write_agents(self, world: World, rows: pa.Table) -> None:
        """Write one world's agents beside those of other worlds, in the order of seeds and arms."""
        name = Path("agents.parquet")
        held = pq.read_table(self.path / name) if (self.path / name).exists() else AGENTS.empty_table()
        worlds = [self.world(seed, arm) for seed in self.seeds for arm in self.arms]
        own = [rows if one == world else one.rows_of(held) for one in worlds]
        self.write_table(name, pa.concat_tables(own).combine_chunks())

    def write_metrics(self, place: Place, values: Mapping[str, Estimate]) -> None:
        """Write the values of all measures for a seed, arm and round.

        Args:
            place: NOTHING as the round is the whole run, NOTHING as the seed the mean over seeds.
        """
        self._ledger.put(place, values)
        self.write_table(Path(Ledger.FILE), self._ledger.table())

    def save_checkpoint(self, state: State, counters: Mapping[str, Any]) -> None:
        """Remember where the run is, now that a round has ended: what is written by now is valid."""
        now = Checkpoint(state, counters, tuple(self._parts()))
        self.write(checkpoint.FILE, lambda file: checkpoint.write_checkpoint(file, now))

    def load_checkpoint(self) -> Checkpoint | None:
        """Where the run was when a round last ended; None when none has.

        Raises:
            SimenvError: when the checkpoint is damaged.
        """
        path = self.path / checkpoint.FILE
        return checkpoint.read_checkpoint(path) if path.exists() else None

    def drop_after(self, last: Checkpoint | None) -> None:
        """Remove the parts that were written after a checkpoint: all, where there is none.

        Raises:
            SimenvError: when a part is gone that was there at the checkpoint.
        """
        valid, found = set(last.parts) if last else set(), set(self._parts())
        if valid - found:
            raise SimenvError(
                f"{self.path / min(valid - found)} is gone, without which the run cannot be continued; bring "
                "it back, or start the run again with a new --out."
            )
        for part in found - valid:
            (self.path / part).unlink()

    def _parts(self) -> list[str]:
        found = (part for table in PARTS for part in part_paths(self.path, table))
        return [part.relative_to(self.path).as_posix() for part in found]


def _hold(path: Path) -> int | None:
    """Take the folder's lock, which the system lets go when the process ends, however it ends."""
    import fcntl

    lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise UsageError(
            f"{path} is being written by a run that is under way. Wait for it, or stop it with a file named "
            f"{STOP!r} in it."
        ) from error
    return lock
