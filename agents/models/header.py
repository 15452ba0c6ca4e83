"""What a GGUF file says of itself before its words and weights (format: ggml's docs/gguf.md).

Of what llama.cpp does not survive: it ends the whole process where a model has no layers, or too many.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from simenv.errors import UsageError

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_LAYERS = range(1, 513)
"""As many as llama.cpp can count (LLAMA_MAX_LAYERS)."""
_KINDS = "BbHhIif?s[Qqd"
"""Kinds of values, as the format numbers them, in the letters of ``struct``; s is text, [ a list."""
_LONGEST_KEY = 1 << 16


def check_file(path: Path) -> None:
    """Refuse what llama.cpp must not see; what else may be wrong with a file it says itself.

    Raises:
        UsageError: the file is missing, cannot be read, does not begin as GGUF files do, or has no layers or
            more than llama.cpp can count.
    """
    try:
        with path.open("rb") as file:
            found = file.read(len(MAGIC))
            layers = _layers(file) if found == MAGIC else None
    except OSError as error:
        raise UsageError(
            f"Expected a model file at {path}, found none that can be read ({error.strerror}); "
            f"give the path of a GGUF file."
        ) from error
    if found != MAGIC:
        raise UsageError(
            f"Expected a GGUF file, found {path} which begins with {found!r}; give a model in GGUF format."
        )
    if layers is not None and layers not in _LAYERS:
        raise UsageError(
            f"Expected a model of {_LAYERS[0]} to {_LAYERS[-1]} layers, found {path} which has {layers:,}; "
            "give another GGUF file, or this one downloaded again if it was damaged."
        )


def _layers(file: BinaryIO) -> int | None:
    """How many layers the model has; None where the file does not come to say it."""
    try:
        for key, value in _numbers(file):
            if key.count(".") == 1 and key.endswith(".block_count"):
                return value
    except (
        struct.error,
        OSError,
        OverflowError,
        ValueError,
        IndexError,
    ):  # it is cut, or says what cannot be
        return None
    return None


def _numbers(file: BinaryIO) -> Iterator[tuple[str, int]]:
    """The keys that have whole numbers, and these."""
    version, _, count = _read(file, "IQQ")
    if version not in _VERSIONS:
        return
    for _ in range(count):
        (length,) = _read(file, "Q")
        key = file.read(min(length, _LONGEST_KEY)).decode("utf-8", errors="replace")
        (number,) = _read(file, "I")
        kind = _KINDS[number]
        if kind in "BbHhIiQq":
            yield key, _read(file, kind)[0]
        else:
            _skip(file, kind)


def _skip(file: BinaryIO, kind: str) -> None:
    if kind == "s":
        (length,) = _read(file, "Q")
        file.seek(length, 1)
    elif kind == "[":
        number, count = _read(file, "IQ")
        inner = _KINDS[number]
        if inner != "s":
            file.seek(count * struct.calcsize("<" + inner), 1)
            return
        for _ in range(count):
            _skip(file, inner)
    else:
        _read(file, kind)


def _read(file: BinaryIO, kinds: str) -> tuple[int, ...]:
    kinds = "<" + kinds
    return struct.unpack(kinds, file.read(struct.calcsize(kinds)))
