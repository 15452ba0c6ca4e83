"""Who may know what: imports, heavy libraries, and what a recommender can reach."""

from __future__ import annotations

import ast
import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from simenv.feedback import RoundLog
from simenv.ragged import Ragged
from simenv.types import Feedback, Interactions, Response, Slate, Step, Visit
from simenv.words import Words

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "simenv": {"simenv"},
    "agents": {"simenv", "agents"},
    "recommenders": {"simenv", "recommenders"},
    "scenarios": {"simenv", "agents", "recommenders", "scenarios"},
    "dashboard": {"simenv", "scenarios", "dashboard"},
}
MAY_COMPOSE_LATE = {
    "simenv/cli.py",
    "simenv/commands/train.py",
    "simenv/commands/validate.py",
    "simenv/__init__.py",
    "simenv/gym/feeding.py",
}
HEAVY = {"torch", "transformers", "llama_cpp", "numba", "scipy", "implicit", "pyarrow", "duckdb", "pandas"}
PICKLES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
SECRET = {"chance", "expected", "words", "taste", "satisfaction", "fatigue", "response", "population"}


def sources(*folders: str) -> list[str]:
    """The Python files of the given folders, relative to the root."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


@cache
def tree(source: str) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse((ROOT / source).read_text(encoding="utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that are imported, or named as ``package.module``, anywhere below a node."""
    for below in ast.walk(node):
        if isinstance(below, ast.Import):
            yield from (alias.name for alias in below.names)
        elif isinstance(below, ast.ImportFrom) and not below.level:
            yield below.module or ""
        elif isinstance(below, ast.Constant) and isinstance(below.value, str):
            named = re.fullmatch(r"(\w+)\.[\w.]+:\w+", below.value)
            yield from named.groups() if named else ()


def late(node: ast.Module) -> set[str]:
    """The packages that are imported inside functions alone."""
    inside = [name for f in ast.walk(node) if isinstance(f, ast.FunctionDef) for name in imported(f)]
    whole = list(imported(node))
    return {name.split(".")[0] for name in inside if inside.count(name) == whole.count(name)}


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call below a node."""
    return (below for below in ast.walk(node) if isinstance(below, ast.Call))


@pytest.mark.parametrize("source", sources(*MAY_IMPORT))
def test_a_package_imports_only_what_the_table_allows(source: str) -> None:
    packages = {name.split(".")[0] for name in imported(tree(source))} & set(MAY_IMPORT)
    allowed = set(MAY_IMPORT[source.split("/")[0]])
    if source in MAY_COMPOSE_LATE:
        allowed |= {"scenarios", "dashboard"} & late(tree(source))
    assert packages <= allowed


def test_the_rule_sees_late_imports_and_places_named_in_words() -> None:
    code = ast.parse("import simenv\ndef f():\n    import agents.taste\nplace = 'recommenders.ease:Ease'")
    assert set(imported(code)) == {"simenv", "agents.taste", "recommenders"}
    assert late(code) == {"agents"}


@pytest.mark.parametrize("module", ["simenv", "simenv.loop", "simenv.scoring", "recommenders"])
def test_an_import_loads_no_heavy_library(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("source", sources(*MAY_IMPORT, "tests"))
def test_nothing_is_pickled_and_no_words_are_run_as_code(source: str) -> None:
    assert not {name.split(".")[0] for name in imported(tree(source))} & PICKLES
    for call in calls(tree(source)):
        assert ast.unparse(call.func) not in {"eval", "exec", "torch.load", "torch.save"}
        assert all(ast.unparse(k) != "allow_pickle=True" for k in call.keywords)


def names_within(kind: Any) -> set[str]:
    """The names of all fields of a dataclass, and of the dataclasses within it."""
    if not is_dataclass(kind):
        return {name for argument in get_args(kind) for name in names_within(argument)}
    hints = get_type_hints(kind)
    own = {field.name for field in fields(kind)}
    return own.union(*(names_within(hints[name]) for name in own))


@pytest.mark.parametrize("kind", [Interactions, Visit, Feedback])
def test_what_a_recommender_is_given_has_no_field_for_what_people_think(kind: type) -> None:
    assert not names_within(kind) & SECRET


def test_the_walk_through_fields_would_find_a_secret() -> None:
    assert {"chance", "expected", "words", "satisfaction", "exclude"} <= names_within(Step)


def reachable(start: object) -> Iterator[object]:
    """Every object that can be reached from one, modules, classes and functions left out."""
    seen, front = {id(start)}, [start]
    while front:
        here = front.pop()
        yield here
        for there in [*gc.get_referents(here), getattr(here, "base", None)]:
            if id(there) not in seen and not isinstance(there, type | ModuleType | FunctionType):
                seen.add(id(there))
                front.append(there)


def test_no_reference_leads_from_feedback_to_what_people_think() -> None:
    clock, shown = np.zeros(2, dtype=np.int32), np.array([[4, 5], [6, 7]], dtype=np.int32)
    slate = Slate.certain(Visit(clock, clock, clock, np.arange(2, dtype=np.int32), Ragged.empty(2)), shown)
    stars = np.full((2, 2), 3, dtype=np.float32)
    chance, expected, words = stars / 8, stars + 1, {0: Words(("who I am",), ())}
    response = Response(shown > 4, stars, chance, expected, np.zeros(2, dtype=np.int8), words)
    step = Step(slate, response, stars[:, 0] / 7, stars[:, 1] / 9, np.ones(2, dtype=np.bool_))
    log = RoundLog()
    log.add(step)
    secrets = {id(x) for x in (step, response, chance, expected, words, step.satisfaction, step.fatigue)}
    for given in (log, log[0]):
        assert not secrets & {id(x) for x in reachable(given)}
    assert secrets <= {id(x) for x in reachable(step)}
