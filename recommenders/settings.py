"""Building a recommender from plain values, with one clear sentence where they do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, signature
from typing import Any

from simenv.errors import UsageError
from simenv.protocols import Recommender

_KINDS: dict[type, str] = {int: "a whole number", float: "a number", str: "a word", bool: "true or false"}


def build(name: str, kind: type[Recommender], seed: int, settings: Mapping[str, Any]) -> Recommender:
    """A recommender with the given settings, and with the seed if it is a random one.

    Raises:
        UsageError: a setting is unknown, of the wrong kind, or missing.
    """
    parameters = dict(signature(kind).parameters)
    seeded = {"seed": seed} if parameters.pop("seed", None) else {}
    for key, value in settings.items():
        _check(name, key, value, parameters)
    missing = [key for key, p in parameters.items() if p.default is Parameter.empty and key not in settings]
    if missing:
        raise UsageError(f"Recommender {name!r} needs the setting {missing[0]!r}; add it.")
    return kind(**settings, **seeded)


def at_least(low: float, **values: float) -> None:
    """Refuse a setting below the lowest value that makes sense.

    Raises:
        UsageError: naming the setting.
    """
    for key, value in values.items():
        if not low <= value < float("inf"):
            raise UsageError(f"Setting {key!r} must be a number of at least {low:g}, found {value!r}.")


def _check(name: str, key: str, value: object, parameters: Mapping[str, Parameter]) -> None:
    """Refuse a setting that the recommender does not have, or not in this kind."""
    if key not in parameters:
        accepted = ", ".join(f"{p.name} ({p.default!r})" for p in parameters.values()) or "none"
        raise UsageError(f"No setting {key!r} in recommender {name!r}; it accepts: {accepted}.")
    default = parameters[key].default
    kind = type(default)
    if kind in _KINDS and not _fits(value, kind):
        raise UsageError(
            f"Setting {key!r} of recommender {name!r} must be {_KINDS[kind]}, for example {default!r}, "
            f"found {value!r}."
        )


def _fits(value: object, kind: type) -> bool:
    """Whether a value is of the kind; a whole number is a number too, true and false are not."""
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
