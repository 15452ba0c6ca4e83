"""The tables of a run folder: their columns, and how they are stored."""

from __future__ import annotations

import pyarrow as pa

FORMAT = 1
"""Version of the run folder's layout; it grows when an older reader would misread a run."""

NAME = pa.dictionary(pa.int32(), pa.string())
"""A word out of a few, stored once."""

_WORLD = [("seed", pa.int32()), ("arm", NAME)]
_WHEN = [*_WORLD, ("round", pa.int32()), ("page", pa.int32()), ("user", pa.int32())]

INTERACTIONS = pa.schema(
    [
        *_WHEN,
        ("item", pa.int32()),
        ("slot", pa.int16()),
        ("source", NAME),
        ("watched", pa.bool_()),
        ("rating", pa.float32()),
        ("chance", pa.float32()),
        ("expected", pa.float32()),
        ("propensity", pa.float32()),
    ]
)
"""One row per shown item: user is an agent's row, item a catalogue index, rating stars or null."""

PAGES = pa.schema(
    [
        *_WHEN,
        ("action", NAME),
        ("satisfaction", pa.float32()),
        ("fatigue", pa.float32()),
        ("watched", pa.int32()),
        ("liked", pa.int32()),
        ("query", pa.string()),
        ("left", pa.bool_()),
    ]
)
"""One row per page of an agent: what it did next, how it felt after it, and whether the visit ended."""

WORDS = pa.schema(
    [
        *_WHEN,
        ("prompt", pa.list_(pa.string())),
        ("options", pa.list_(pa.list_(pa.float32()))),
        ("reason", pa.string()),
    ]
)
"""One row per page of a thinking agent: what it was asked, log-probabilities of the answers, and why."""

AGENTS = pa.schema(
    [
        *_WORLD,
        ("user", pa.int32()),
        ("id", pa.string()),
        ("cohort", pa.int8()),
        ("activity", pa.int8()),
        ("diversity", pa.int8()),
        ("conformity", pa.int8()),
        ("rating_mean", pa.float32()),
        ("rating_spread", pa.float32()),
        ("gender", pa.string()),
        ("age", pa.string()),
        ("occupation", pa.string()),
        ("known", pa.int32()),
        ("pages", pa.int32()),
        ("watched", pa.int32()),
        ("liked", pa.int32()),
        ("satisfaction", pa.float32()),
    ]
)
"""One row per agent of each world: its profile, and from ``pages`` on what became of it in the end."""

CATALOG = pa.schema(
    [
        ("item", pa.int32()),
        ("id", pa.string()),
        ("title", pa.string()),
        ("year", pa.int32()),
        ("themes", pa.list_(pa.string())),
        ("popularity", pa.float32()),
        ("mean_rating", pa.float32()),
        ("text", pa.string()),
    ]
)
"""One row per item; the schema's metadata hold the noun and the theme names."""

METRICS = pa.schema(
    [
        *_WORLD,
        ("round", pa.int32()),
        ("measure", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
"""One row per measure: round -1 is the whole run, seed -1 the mean over seeds; null is unknown."""

PARTS = {"interactions": INTERACTIONS, "pages": PAGES, "words": WORDS}
"""The tables that grow, by the name of their folder."""

_FLOATS = ("chance", "expected", "satisfaction", "fatigue")
_NOT_REPEATED = ("user", *_FLOATS, "prompt", "options", "reason")


def storage(schema: pa.Schema) -> dict[str, object]:
    """How Parquet stores a table: small, quick to write, and the same bytes for the same rows."""
    own = {"user": "DELTA_BINARY_PACKED"} | dict.fromkeys(_FLOATS, "BYTE_STREAM_SPLIT")
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [name for name in schema.names if name not in _NOT_REPEATED],
        "column_encoding": {name: encoding for name, encoding in own.items() if name in schema.names},
        "write_statistics": [name for name in ("seed", "round", "user") if name in schema.names],
    }
