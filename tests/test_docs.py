"""What the documents say is executed: every command and every block of code, in the order of the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^# ([\w.-]+\.(?:py|yaml))$", re.MULTILINE)
_RATINGS = "user,item,rating\n" + "".join(
    f"{user},{item},{1 + (user * item) % 5}\n" for user in range(12) for item in range(1 + user % 3, 16)
)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and content of every block of code."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    (tmp_path / "path" / "to").mkdir(parents=True)
    (tmp_path / "path" / "to" / "ratings.csv").write_text(_RATINGS)
    for language, content in blocks(page):
        named = _NAME.match(content)
        if named:
            (tmp_path / named[1]).write_text(content)
        elif language == "python":
            _run([sys.executable, "-c", content], tmp_path)
        elif language == "bash":
            for command in content.strip().splitlines():
                _command(command, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_are_of_a_kind_that_is_executed_or_a_picture(page: Path) -> None:
    for language, content in blocks(page):
        assert language in ("bash", "python", "text") or _NAME.match(content), content[:60]


def _command(command: str, folder: Path) -> None:
    """A make target must exist; a command of simenv must run."""
    program, *words = command.split()
    if program == "make":
        _run(["make", "--dry-run", "-C", str(ROOT), *words], folder)
    else:
        assert program == "simenv", f"Nobody checks {command!r}."
        _need_data(command)
        if words[0] == "dashboard":
            _serves(command, folder)
        else:
            _run(["bash", "-c", command], folder)


def _need_data(command: str) -> None:
    if "simenv run movielens" in command and "SIMENV_DATA" not in os.environ:
        pytest.skip("SIMENV_DATA is not set: this page runs on real data")


def _serves(command: str, folder: Path) -> None:
    """A server says where it is, and is ended then."""
    pytest.importorskip("streamlit", reason="the dashboard's extra is not installed")
    words = ["bash", "-c", f"exec {command}"]
    with subprocess.Popen(words, cwd=folder, env=_environment(), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert "http://127.0.0.1:" in server.stdout.readline()
        finally:
            server.kill()


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
