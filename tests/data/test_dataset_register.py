"""Data sets by name, by place and by path."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from simenv.data import load, names, register
from simenv.errors import UsageError
from simenv.types import Dataset


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package with a loader of its own."""

    def loader(seed: int) -> Dataset:
        return load("town", seed + 1)

    module = ModuleType("somebodys_package")
    module.__dict__["loader"] = loader
    monkeypatch.setitem(sys.modules, "somebodys_package", module)


def test_the_known_names_are_in_order() -> None:
    assert names() == sorted(names())
    assert {"jester-1", "ml-100k", "ml-1m", "ml-latest-small", "town"} <= set(names())


def test_every_known_name_leads_to_a_loader() -> None:
    for name in names():
        assert callable(register._loader(register._known()[name]))


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"No dataset named 'ml-2m'\. Did you mean 'ml-1m'\?"):
        load("ml-2m")


@pytest.mark.usefixtures("plugin")
def test_a_loader_is_found_by_its_place() -> None:
    assert load("somebodys_package:loader", 0).sha256 == load("town", 1).sha256


@pytest.mark.usefixtures("plugin")
def test_a_loader_of_an_installed_package_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("village", "somebodys_package:loader", register.GROUP)
    monkeypatch.setattr(register, "entry_points", lambda group: [point] if group == "simenv.datasets" else [])
    assert "village" in names()
    assert load("village", 0).sha256 == load("town", 1).sha256


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize("place", ["no_such_package:loader", "somebodys_package:no_such_loader"])
def test_a_place_without_a_loader_is_an_error(place: str) -> None:
    with pytest.raises(UsageError, match=f"Expected a dataset loader at '{place}'"):
        load(place)
