"""Where files are looked for, and what happens when they cannot be had."""

from __future__ import annotations

import zipfile
from hashlib import md5
from pathlib import Path

import pytest

from simenv.data.archive import Archive, cache
from simenv.errors import UsageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and nothing given."""
    monkeypatch.delenv("SIMENV_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def publish(folder: Path, content: str = "1,2,3") -> Archive:
    """A zip at its home, which here is a folder."""
    path = folder / "small.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("small/ratings.csv", content)
    return Archive("small", path.as_uri(), md5(path.read_bytes(), usedforsecurity=False).hexdigest())


def test_a_download_is_kept_and_asked_for_only_once(home: Path) -> None:
    archive = publish(home)
    assert archive.open()("ratings.csv") == b"1,2,3"
    (home / "small.zip").unlink()
    assert archive.open()("ratings.csv") == b"1,2,3"
    assert [path.name for path in cache().iterdir()] == ["small.zip"]


def test_what_is_given_comes_before_what_is_cached(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = publish(home)
    archive.open()
    (home / "given" / "small").mkdir(parents=True)
    (home / "given" / "small" / "ratings.csv").write_text("given")
    monkeypatch.setenv("SIMENV_DATA", str(home / "given"))
    assert archive.open()("ratings.csv") == b"given"


def test_a_zip_may_lie_in_a_folder_of_its_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = publish(home)
    (home / "small").mkdir()
    (home / "small.zip").rename(home / "small" / "small.zip")
    monkeypatch.setenv("SIMENV_DATA", str(home))
    assert archive.open()("ratings.csv") == b"1,2,3"
    assert archive.open()("tags.csv") is None


def test_without_a_connection_one_sentence_names_the_place_for_the_file(home: Path) -> None:
    archive = Archive("small", (home / "nowhere.zip").as_uri(), "")
    with pytest.raises(UsageError) as error:
        archive.open()
    assert "put small.zip into" in str(error.value)
    assert str(cache()) in str(error.value)
    assert "SIMENV_DATA" in str(error.value)
    assert list(cache().iterdir()) == []


def test_a_file_with_another_md5_is_not_kept(home: Path) -> None:
    archive = publish(home)
    wrong = Archive("small", archive.url, "0" * 32)
    with pytest.raises(
        UsageError, match=f"md5 {'0' * 32}, but what arrived has {archive.md5}; nothing was kept"
    ):
        wrong.open()
    assert list(cache().iterdir()) == []


def test_half_a_download_is_not_kept(home: Path) -> None:
    archive = publish(home)
    whole = (home / "small.zip").read_bytes()
    (home / "small.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match="nothing was kept"):
        archive.open()
    assert list(cache().iterdir()) == []


@pytest.mark.parametrize("damage", ["half", "bytes"])
def test_a_broken_zip_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    archive = publish(home, "1,2,3\n" * 1000)
    content = bytearray((home / "small.zip").read_bytes())
    content = content[: len(content) // 2] if damage == "half" else content
    content[50:60] = b"\0" * 10
    (home / "small.zip").write_bytes(content)
    monkeypatch.setenv("SIMENV_DATA", str(home))
    with pytest.raises(UsageError, match=r"small\.zip is not a whole zip file"):
        archive.open()("ratings.csv")
