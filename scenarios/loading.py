"""Scenarios by name or file, with values set from outside, every mistake named in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

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
        raise _one_sentence(problem) from None


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
        except yaml.YAMLError:
            raise UsageError(
                f"The value of {key!r} is not readable: {value!r}; quote it as in YAML."
            ) from None
    return changes


def _read(name: str) -> dict[str, Any]:
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise UsageError(
                f"No scenario file at {name!r}; run `simenv list scenarios` for those that ship."
            )
        text = path.read_text(encoding="utf-8", errors="replace")
    elif name in names():
        text = files("scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    else:
        raise unknown_name("scenario", name, names())
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise UsageError(f"{name!r} is not readable as YAML: {' '.join(str(problem).split())}") from None
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


def _one_sentence(problem: ValidationError) -> UsageError:
    error = problem.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return unknown_name("scenario key", place, _keys(Scenario))
    if error["loc"] and error["loc"][0] == "users":
        return unknown_name("kind of users", str(error["input"]), ["language", "taste", "mixed"])
    message = error["msg"].removeprefix("Value error, ")
    if not place:
        return UsageError(f"In this scenario {message}.")
    if error["type"] == "missing":
        return UsageError(f"The scenario says nothing for {place!r}; it is needed.")
    return UsageError(f"For {place!r}: {message[0].lower()}{message[1:]}; found {error['input']!r}.")


def _keys(model: Any, prefix: str = "") -> list[str]:
    keys = []
    for name, field in model.model_fields.items():
        keys.append(prefix + name)
        if hasattr(field.annotation, "model_fields"):
            keys += _keys(field.annotation, f"{prefix}{name}.")
    return keys
