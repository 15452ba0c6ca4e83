"""The only reader of run folders.

``Runs`` looks names up among the folders that are really there and opens one as ``Opened``: its manifest and
progress checked, its tables asked in SQL by ``Opened.ask``. What cannot be read is a ``UsageError`` in one
sentence. Everything that a run says (names, titles, prompts) is data: whoever shows it, escapes it.
"""

from dashboard.data.asking import Columns
from dashboard.data.opened import Opened
from dashboard.data.runs import Runs, Summary

__all__ = ["Columns", "Opened", "Runs", "Summary"]
