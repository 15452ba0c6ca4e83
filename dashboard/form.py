"""A form out of a scenario's own schema: which fields there are, and what has been changed in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.schema import Scenario

NAMED = {"dataset": "datasets", "model": "models", "users": "policies", "recommenders": "recommenders"}
"""Fields whose value is one of the names that ``simenv list`` gives; others are not taken from a browser."""
FIRST = ("dataset", "agents", "users", "model", "recommenders", "rounds", "pages", "seed")
"""What most people change; the rest stands below."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a scenario.

    Args:
        key: dotted where it lies inside another.
        kind: whole, number, optional (a whole number or nothing), word, choice or names (several of them).
        about: what it means, "" where the name says it.
        options: what can be chosen.
    """

    key: str
    kind: str
    about: str = ""
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The key, as words."""
        return self.key.replace("_", " ").replace(".", ": ")


def fields(names: Mapping[str, Sequence[str]]) -> list[Field]:
    """Every field of a scenario, the usual ones first.

    Args:
        names: what can be named, by kind.
    """
    schema = Scenario.model_json_schema()
    found = list(_fields(schema, schema["$defs"], names))
    place = {key: at for at, key in enumerate(FIRST)}
    return sorted((f for f in found if f.key != "name"), key=lambda field: place.get(field.key, len(place)))


def value_of(values: Mapping[str, Any], field: Field) -> Any:
    """What a scenario has in a field."""
    found: Any = values
    for part in field.key.split("."):
        found = found[part]
    return [arm["name"] for arm in found] if field.kind == "names" else found


def changes(base: Mapping[str, Any], filled: Mapping[Field, Any]) -> dict[str, Any]:
    """The values that were changed, by dotted key; recommenders of the scenario keep their settings."""
    arms = {arm["name"]: arm for arm in base["recommenders"]}
    found = {}
    for field, value in filled.items():
        now = _number(value) if field.kind == "optional" else value
        if now != value_of(base, field):
            found[field.key] = [arms.get(name, name) for name in now] if field.kind == "names" else now
    return found


def with_changes(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario's values with some of them changed."""
    values: dict[str, Any] = json.loads(json.dumps(base))
    for key, value in changed.items():
        *path, last = key.split(".")
        inside = values
        for part in path:
            inside = inside[part]
        inside[last] = value
    return values


def _number(text: Any) -> Any:
    """A whole number, nothing, or the words themselves, for the schema to refuse."""
    said = str("" if text is None else text).strip()
    try:
        return int(said) if said else None
    except ValueError:
        return said


def _fields(
    schema: Mapping[str, Any], parts: Mapping[str, Any], names: Mapping[str, Sequence[str]], prefix: str = ""
) -> Iterator[Field]:
    for name, about in schema["properties"].items():
        if "$ref" in about:
            inside = parts[about["$ref"].rsplit("/", 1)[-1]]
            yield from _fields(inside, parts, names, f"{prefix}{name}.")
        else:
            named = tuple(names[NAMED[name]]) if name in NAMED else tuple(about.get("enum", ()))
            yield Field(prefix + name, _kind(about, named), about.get("description", ""), named)


def _kind(about: Mapping[str, Any], options: Sequence[str]) -> str:
    if options:
        return "names" if about.get("type") == "array" else "choice"
    kinds = {"integer": "whole", "number": "number", "string": "word"}
    return kinds[about["type"]] if "type" in about else "optional"
