"""Answers that are remembered in a file, so that the same page is never thought about twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from hashlib import blake2b
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType

import numpy as np

from agents.models.usage import Identified, Metered, Usage
from simenv.errors import SimenvError, UsageError
from simenv.protocols import LanguageModel, Writing
from simenv.types import FloatArray
from simenv.words import Completion, Limits, Prompt, Question

_PATIENCE = 60.0
"""How long to wait while another process writes, seconds."""


class Cached:
    """Asks a model once about each page, and afterwards a file that several processes may share.

    A page (neighbouring questions with equal shared, persona and page words) is remembered as a whole,
    because what branches share is computed together: a remembered answer has the bits that the model would
    give again.

    Args:
        model: who is asked; it must be able to say its identity.
        path: the file; it is made if it is not there.

    Raises:
        UsageError: the model has no identity, or the file is something else.
    """

    def __init__(self, model: LanguageModel, path: Path | str) -> None:
        if not isinstance(model, Identified):
            raise UsageError(
                f"Expected a model with an identity, found {type(model).__name__} without; "
                f"give it a method identity() or use it without a cache."
            )
        self._model: LanguageModel = model
        self._identity = model.identity()
        self._file = _open(Path(path))
        self.hits = 0
        self.misses = 0

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Log-probability of each question's options, remembered or asked for."""
        pages = [list(page) for _, page in groupby(questions, key=_segments)]
        keys = [self._key(page) for page in pages]
        known = {key: found for key in keys if (found := self._found(key)) is not None}
        missing = {key: page for key, page in zip(keys, pages, strict=True) if key not in known}
        self.hits, self.misses = self.hits + len(pages) - len(missing), self.misses + len(missing)
        asked = [
            b"".join(answer.tobytes() for answer in page) for page in self._asked(list(missing.values()))
        ]
        fresh = dict(zip(missing, asked, strict=True))
        self._keep(list(fresh.items()))
        scores = {**known, **fresh}
        return [answer for key, page in zip(keys, pages, strict=True) for answer in _split(scores[key], page)]

    def complete(self, prompts: Sequence[Prompt], limits: Limits) -> Sequence[Completion]:
        """What was written before, and the model's answers to the others, asked for together.

        Raises:
            UsageError: the model cannot write.
        """
        if not isinstance(self._model, Writing):
            raise UsageError(
                f"Expected a model that writes, found {type(self._model).__name__}, which only chooses; "
                "name a GGUF model."
            )
        keys = [self._hash(("complete", astuple(prompt), astuple(limits))) for prompt in prompts]
        known = {key: found for key in set(keys) if (found := self._found(key)) is not None}
        fresh = [place for place, key in enumerate(keys) if key not in known]
        self.hits, self.misses = self.hits + len(keys) - len(fresh), self.misses + len(fresh)
        asked = self._model.complete([prompts[place] for place in fresh], limits)
        new = {keys[place]: _packed(one) for place, one in zip(fresh, asked, strict=True)}
        self._keep(list(new.items()))
        return [_unpacked({**new, **known}[key]) for key in keys]

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """How many tokens each text costs the model."""
        return self._model.count(texts)

    def usage(self) -> Usage:
        """What thinking cost the model; what was remembered cost nothing."""
        return self._model.usage() if isinstance(self._model, Metered) else Usage()

    def identity(self) -> str:
        """The model's."""
        return self._identity

    def close(self) -> None:
        """Close the file (not the model); doing it twice does no harm."""
        self._file.close()

    def __enter__(self) -> Cached:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, pages: Sequence[Sequence[Question]]) -> list[Sequence[FloatArray]]:
        """The model's answers, page by page: asked for together, so that it can think in parallel."""
        if not pages or len({_segments(page[0]) for page in pages}) < len(pages):
            return [self._model.choose(page) for page in pages]  # together they could be taken for one page
        answers = iter(self._model.choose([question for page in pages for question in page]))
        return [list(islice(answers, len(page))) for page in pages]

    def _keep(self, fresh: Sequence[tuple[bytes, bytes]]) -> None:
        try:
            with self._file:
                self._file.executemany("INSERT OR IGNORE INTO pages VALUES (?, ?)", fresh)
        except sqlite3.OperationalError as error:
            raise SimenvError(
                f"Answers could not be written to the file that remembers them ({error}); make room on the "
                "disk, then try again."
            ) from error

    def _found(self, key: bytes) -> bytes | None:
        row = self._file.execute("SELECT scores FROM pages WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def _key(self, page: Sequence[Question]) -> bytes:
        """A hash of the model and of every word on the page."""
        first = page[0]
        branches = [(question.branch, question.options) for question in page]
        return self._hash((first.shared, first.persona, first.page, branches))

    def _hash(self, words: object) -> bytes:
        """Of the model and of words, in lists that JSON can tell apart."""
        text = json.dumps((self._identity, words))
        return blake2b(text.encode(), digest_size=32).digest()


def _segments(question: Question) -> tuple[str, str, str]:
    """What the questions of one page have in common."""
    return question.shared, question.persona, question.page


def _packed(completion: Completion) -> bytes:
    return json.dumps(astuple(completion)).encode()


def _unpacked(data: bytes) -> Completion:
    return Completion(*json.loads(data))


def _split(scores: bytes, page: Sequence[Question]) -> list[FloatArray]:
    """Remembered bytes as one array per question; writable, as the model's are."""
    lengths = [len(question.options) for question in page]
    return np.split(np.frombuffer(scores, dtype=np.float32).copy(), np.cumsum(lengths)[:-1])


def _open(path: Path) -> sqlite3.Connection:
    try:
        file = sqlite3.connect(path, timeout=_PATIENCE)
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute("CREATE TABLE IF NOT EXISTS pages (key BLOB PRIMARY KEY, scores BLOB) WITHOUT ROWID")
    except sqlite3.Error as error:
        raise UsageError(
            f"Expected a file of remembered answers at {path}, found one that cannot be used ({error}); "
            f"name a new file in a folder that can be written."
        ) from error
    return file
