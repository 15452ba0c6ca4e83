"""The terminal: its width, plain words, and columns cut into as many tables as it has room for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 160
_GAP = 2
"""Spaces between two columns."""


def console() -> Console:
    """Where tables go: as wide as the terminal, or as COLUMNS says, and wide enough where nobody looks."""
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDE, highlight=False)


def plain(words: str) -> str:
    """Words without what steers a terminal: escape codes, and signs that turn the direction of writing."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in words)


def say(sentences: Iterable[str]) -> None:
    """Print sentences, each on lines of its own, broken between words where a terminal ends."""
    screen = console()
    for sentence in sentences:
        if screen.is_terminal:
            screen.print(_text(sentence), overflow="fold")
        else:
            screen.print(_text(sentence), soft_wrap=True)


def say_whole(lines: Iterable[str]) -> None:
    """Print lines that are to be copied: never broken."""
    for line in lines:
        console().print(_text(line), soft_wrap=True)


@dataclass(frozen=True)
class Column:
    """A column of a table: what stands above it, in one line or several, and a cell for each row."""

    heading: str
    cells: Sequence[str]

    @property
    def width(self) -> int:
        """Of its longest line, and of the gap before it."""
        return max(len(line) for line in (*self.heading.split("\n"), *self.cells)) + _GAP


def beside_each_other(names: Column, columns: Sequence[Column]) -> None:
    """Print columns beside the rows' names, in as many tables as the screen's width asks for."""
    screen = console()
    room = screen.width - min(names.width - _GAP, screen.width // 3)
    for chosen in _in_tables(columns, room):
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(names.heading, max_width=screen.width - room, overflow="fold")
        for column in chosen:
            table.add_column(column.heading, justify="right", no_wrap=True)
        for name, *cells in zip(names.cells, *(column.cells for column in chosen), strict=True):
            table.add_row(_text(name), *cells)
        screen.print(table, "")


def _text(words: str) -> Text:
    """Words that are no markup either."""
    return Text(plain(words))


def _in_tables(columns: Sequence[Column], room: int) -> Sequence[Sequence[Column]]:
    """Columns cut into the fewest tables of about equal size that fit."""
    for tables in range(1, len(columns)):
        size = -(-len(columns) // tables)
        cut = [columns[at : at + size] for at in range(0, len(columns), size)]
        if all(sum(column.width for column in part) <= room for part in cut):
            return cut
    return [[column] for column in columns]
