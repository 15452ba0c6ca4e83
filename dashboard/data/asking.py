"""Questions in SQL to the tables of one run, answered by DuckDB, which can open that run's folder alone."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.data.files import Stamp, table_files
from simenv.errors import UsageError
from simenv.records.schema import AGENTS, CATALOG, METRICS, PARTS

TABLES = {**PARTS, "agents": AGENTS, "catalog": CATALOG, "metrics": METRICS}
"""What can be asked about, with the columns that are always there, null where a run has none."""

Columns = dict[str, list[Any]]
"""A small table: values by column name."""

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


_ASKING = tuple(Lock() for _ in range(64))
"""By question: who asks what another thread is counting already waits for that answer."""
_OPENING = Lock()


def answer(folder: Path, files: Stamp, query: str, values: tuple[Any, ...], kept: str = "") -> pa.Table:
    """The answer to a query over interactions, pages, words, agents, catalog and metrics.

    Kept until a file changes. Ask for aggregates: the answer is held in memory.

    Args:
        kept: a query without values whose answer is one more table, ``kept``: what several questions
            count alike is then counted once.

    Raises:
        UsageError: a file is damaged.
    """
    if kept:
        answer(folder, files, kept, ())
    with _ASKING[hash((folder, files, query, values)) % len(_ASKING)]:
        return _answer(folder, files, query, values, kept)


@lru_cache(maxsize=512)
def _answer(folder: Path, files: Stamp, query: str, values: tuple[Any, ...], kept: str) -> pa.Table:
    try:
        with _OPENING:
            cursor = _database(folder, files).cursor()
        if kept:
            cursor.register("kept", _answer(folder, files, kept, (), ""))
        return cursor.sql(query, params=values).to_arrow_table()
    except (duckdb.Error, pa.ArrowException, OSError) as problem:
        told = str(problem).splitlines()[0]
        raise UsageError(
            f"The tables of {folder.name} cannot be read; a file in it is damaged or foreign: {told}"
        ) from problem


@lru_cache(maxsize=8)
def _database(folder: Path, files: Stamp) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(config=_CLOSED)
    own = f"{folder}/"
    database.execute(f"SET allowed_directories = [{_quoted(own)}, {_quoted(_literal(own))}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    for name, schema in TABLES.items():
        database.execute(f"CREATE VIEW {name} AS {_view(table_files(folder, files, name), schema)}")
    return database


def _view(paths: list[str], schema: pa.Schema) -> str:
    """A table with all columns of the schema, whatever the files lack."""
    held = set(pq.read_schema(paths[0]).names) if paths else set()
    columns = ", ".join(
        f"""CAST({f'"{field.name}"' if field.name in held else "NULL"} AS {_sql_type(field.type)}) """
        f'AS "{field.name}"'
        for field in schema
    )
    if not paths:
        return f"SELECT {columns} WHERE false"
    listed = ", ".join(_quoted(_literal(path)) for path in paths)
    return f"SELECT {columns} FROM read_parquet([{listed}])"  # noqa: S608 - quoted just above


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_sql_type(kind.value_type)}[]"
    if pa.types.is_dictionary(kind):
        return "VARCHAR"
    return _TYPES[str(kind)]


_TYPES = {
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "float": "FLOAT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "string": "VARCHAR",
}


def _literal(path: str) -> str:
    """A path whose stars, question marks and brackets stand for themselves."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
