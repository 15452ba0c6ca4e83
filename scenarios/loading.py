"""Scenarios by name or file, with values set from outside, every mistake named in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenarios.schema import Scenario
from simenv.errors import UsageError, unknown_name


def names() -> list[str]:
    """The scenarios that ship with the package."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in files("scenarios").iterdir()
        if entry.name.endswith(".yaml")
    )


def load_scenario(name: str, changes: Mapping[str, Any]) -> Scenario:
    """The scenario of that name (or the YAML file at that path), with values changed.

    Args:
        changes: values by key; a dotted key reaches inside, for example ``examination.decay``.

    Raises:
        UsageError: unknown scenario or key, or a value that cannot be; with what would be right.
    """
    values = {"name": Path(name).stem} | _read(name)
    for key, value in changes.items():
        _put(values, key, value)
    return checked(values)


def checked(values: Mapping[str, Any]) -> Scenario:
    """A scenario from plain values.

    Raises:
        UsageError: the first mistake, in one sentence.
    """
    try:
        return Scenario.model_validate(dict(values))
    except ValidationError as problem:
        raise _sentence(problem.errors()[0]) from None


def mistakes(values: Mapping[str, Any]) -> dict[str, str]:
    """Every mistake in a scenario's values, in one sentence each, by the key that it is about.

    A dotted key reaches inside; "" stands for the whole.
    """
    try:
        Scenario.model_validate(dict(values))
    except ValidationError as problem:
        return {_place(error): str(_sentence(error)) for error in reversed(problem.errors())}
    return {}


def plain_values(name: str) -> dict[str, Any]:
    """All values of a scenario that ships, or of a YAML file, as plain values.

    Raises:
        UsageError: it cannot be read.
    """
    return load_scenario(name, {}).model_dump(mode="json")


def parse_changes(pairs: list[str]) -> dict[str, Any]:
    """``["agents=200", "recommenders=[ease, random]"]`` as values; what stands after = is read as YAML.

    Raises:
        UsageError: an entry without =, or a value that is no YAML.
    """
    changes = {}
    for pair in pairs:
        key, mark, value = pair.partition("=")
        if not mark or not key:
            raise UsageError(f"Expected key=value after --set, found {pair!r}; write for example agents=200.")
        try:
            changes[key.strip()] = yaml.safe_load(value)
        except _UNREADABLE:
            raise UsageError(
                f"The value of {key!r} is not readable: {value!r}; quote it as in YAML."
            ) from None
    return changes


_UNREADABLE = (yaml.YAMLError, ValueError, RecursionError)
"""What YAML's reader says of what it cannot read; impossible dates and endless nesting included."""


def _read(name: str) -> dict[str, Any]:
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as problem:
            raise UsageError(
                f"No scenario file to read at {name!r} ({problem.strerror}); `simenv list scenarios` names "
                "those that ship."
            ) from problem
    elif name in names():
        text = files("scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    else:
        raise unknown_name("scenario", name, names())
    try:
        values = yaml.safe_load(text)
    except _UNREADABLE as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        told = getattr(problem, "problem", None) or " ".join(str(problem).split())
        raise UsageError(f"{name!r} is not readable as YAML{line}: {told}; mend the file.") from None
    if not isinstance(values, dict):
        raise UsageError(f"Expected keys and values in {name!r}, found {type(values).__name__}.")
    return values


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    for part in path:
        inside = values.setdefault(part, {})
        if not isinstance(inside, dict):
            raise UsageError(f"{part!r} holds one value, so {key!r} cannot be set; set {part!r} itself.")
        values = inside
    values[last] = value


_SHOULD_BE = {
    "invalid_key": "should have a word as its key",
    "dict_type": "should be keys and values",
    "model_type": "should be keys and values",
    "too_short": "should name at least one",
}
"""What to say where the checker's own words are about Python."""


def _place(error: ErrorDetails) -> str:
    where = error["loc"][:1] if error["loc"][:1] == ("users",) else error["loc"]
    return ".".join(str(part) for part in where)


def _sentence(error: ErrorDetails) -> UsageError:
    place = _place(error)
    if error["type"] == "extra_forbidden":
        return unknown_name("scenario key", place, _keys(Scenario))
    if error["loc"] and error["loc"][0] == "users":
        return unknown_name("kind of users", str(error["input"]), ["language", "taste", "mixed", "surrogate"])
    if error["type"] == "missing":
        return UsageError(f"The scenario says nothing for {place!r}; it is needed.")
    message = error["msg"].removeprefix("Value error, ")
    if not place:
        return UsageError(f"In this scenario {message}.")
    should = _SHOULD_BE.get(error["type"]) or re.sub(r"^\w+ (?=should )", "", message)
    return UsageError(f"The value of {place!r} {should}; found {error['input']!r}.")


def _keys(model: Any, prefix: str = "") -> list[str]:
    """All keys, those inside of others with the way to them."""
    keys = []
    for name, field in model.model_fields.items():
        keys.append(prefix + name)
        for kind in (field.annotation, *get_args(field.annotation)):
            if hasattr(kind, "model_fields"):
                keys += _keys(kind, f"{prefix}{name}.")
    return keys
