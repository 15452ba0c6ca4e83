"""The part of a run that goes into one exported folder: one arm under one seed, with its provenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simenv.errors import UsageError, unknown_name
from simenv.records.run import Run
from simenv.records.schema import INTERACTIONS
from simenv.records.tables import World
from simenv.types import Catalog

_SOURCES = ("scenario", "model", "dataset", "prompts", "versions", "commit")
"""The entries of the manifest that say where content came from."""

DAY = 86_400
MINUTE = 60
CLOCK = f"synthetic: round * {DAY} + page * {MINUTE} + slot, in seconds"
"""What the timestamps of exported ratings are: a round is a day, a page a minute, a slot a second."""

Rating = tuple[str, str, float, int]
"""User, item, stars and timestamp; the ids are those of the data set."""


@dataclass(frozen=True)
class Portion:
    """One arm under one seed. Its users and items carry the data set's own ids."""

    run: Run
    seed: int
    arm: str
    name: str

    @cached_property
    def items(self) -> Catalog:
        """What could be recommended."""
        return self.run.items

    @property
    def schema(self) -> pa.Schema:
        """The columns of ``shown``."""
        words = [("user", "user_id", pa.string()), ("item", "item_id", pa.string())]
        schema = INTERACTIONS
        for old, new, kind in words:
            schema = schema.set(schema.get_field_index(old), pa.field(new, kind))
        return schema.append(pa.field("title", pa.string()))

    def shown(self) -> Iterator[pa.Table]:
        """Everything that was shown, part by part."""
        ids, titles = pa.array(self.items.ids), pa.array(self.items.titles)
        people = self._agents["id"].combine_chunks()
        for path in self.run.parts("interactions", self.seed, self.arm):
            part = pq.read_table(path)
            columns = {name: part[name] for name in part.column_names}
            columns |= {"user_id": people.take(part["user"]), "item_id": ids.take(part["item"])}
            columns["title"] = titles.take(part["item"])
            yield pa.table([columns[name] for name in self.schema.names], schema=self.schema)

    def ratings(self) -> Iterator[Rating]:
        """What was watched and given stars, round after round."""
        for part in self.shown():
            rated = part.filter(pc.and_(part["watched"], part["rating"].is_valid()))
            days, pages, slots = (
                rated[name].to_numpy().astype(np.int64) for name in ("round", "page", "slot")
            )
            when = days * DAY + pages * MINUTE + slots
            users, items = (rated[name].to_pylist() for name in ("user_id", "item_id"))
            stars = np.round(rated["rating"].to_numpy().astype(np.float64), 3)
            yield from zip(users, items, stars.tolist(), when.tolist(), strict=True)

    def people(self) -> Iterable[tuple[str, ...]]:
        """Id, age, gender and occupation of every agent."""
        columns = (self._agents[name].to_pylist() for name in ("id", "age", "gender", "occupation"))
        return zip(*columns, strict=True)

    def themes(self) -> Iterator[list[str]]:
        """The names of every item's themes."""
        for row in self.items.themes:
            yield [self.items.theme_names[theme] for theme in np.flatnonzero(row)]

    def provenance(self) -> dict[str, Any]:
        """Where the content came from, for programs."""
        about = self.run.manifest
        return {
            "synthetic": True,
            "run": self.run.name,
            "arm": self.arm,
            "seed": self.seed,
            "timestamp": CLOCK,
            **{key: about[key] for key in _SOURCES if key in about},
        }

    def statement(self) -> str:
        """Where the content came from, for people."""
        about = self.run.manifest
        return _STATEMENT.format(
            portion=self,
            run=self.run.name,
            clock=CLOCK,
            scenario=_named(about.get("scenario")),
            model=_named(about.get("model")),
            dataset=_named(about.get("dataset")),
            terms=_terms(about.get("dataset"), about.get("model")),
        )

    @cached_property
    def _agents(self) -> pa.Table:
        return World(self.seed, self.arm, self.run.arms).rows_of(self.run.agents)


_STATEMENT = """# Synthetic interactions

No person made these interactions: simulated people did, in simenv. Do not present them as anybody's
behaviour.

- run: {run}, arm {portion.arm}, seed {portion.seed}
- scenario: {scenario}
- model: {model}
- data set: {dataset}
- terms: {terms}
- timestamps: {clock}
"""


def portions(run: Run, arms: Sequence[str]) -> list[Portion]:
    """The portions of some arms of a run, named after the run, the arm, and the seed where there are several.

    Raises:
        UsageError: for an unknown arm, or when nothing has been recorded yet.
    """
    for arm in arms:
        if arm not in run.arms:
            raise unknown_name("arm", arm, run.arms)
    if not run.parts("pages"):
        raise UsageError(f"{run.path} has no interactions yet: its first round has not ended.")
    return [
        Portion(run, seed, arm, _folder_name(run, arm, seed))
        for arm in arms
        for seed in run.seeds
        if run.parts("pages", seed, arm)
    ]


def _folder_name(run: Run, arm: str, seed: int) -> str:
    """A name that is safe on every disk; arms whose names look alike are told apart by their number."""
    plain = [_plain(name) for name in run.arms]
    own = _plain(arm) if plain.count(_plain(arm)) == 1 else f"{_plain(arm)}-{run.arms.index(arm)}"
    return f"synthetic-{_plain(run.name)}-{own}" + (f"-seed-{seed}" if len(run.seeds) > 1 else "")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-").lower() or "arm"


def _named(about: object) -> str:
    """What a part of the manifest says about itself, on one line."""
    if not isinstance(about, dict):
        return str(about or "none")
    digest = f" (sha256 {about['sha256']})" if "sha256" in about else ""
    return f"{about.get('name', 'unknown')}{digest}"


def _terms(*parts: object) -> str:
    """The terms of everything that the content was made from."""
    terms = [str(part["terms"]) for part in parts if isinstance(part, dict) and part.get("terms")]
    return " ".join(terms) or "unknown"
