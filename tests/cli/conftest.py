"""The command line as somebody at a terminal meets it: a command, and a folder to use it in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from scenarios.running import run as run_scenario
from simenv import cli
from tests.scenarios import village


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: object
    out: str
    err: str

    def sentence(self) -> str:
        """The one line on standard error."""
        (line,) = self.err.splitlines()
        assert line.startswith("simenv: ")
        return line.removeprefix("simenv: ")


Simenv = Callable[..., Said]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a village's data, a scenario on it, and a run of that."""
    home = tmp_path_factory.mktemp("home")
    data = village.write(home / "village")
    values = {**village.LIGHT, "dataset": str(data), "agents": 12, "question": "Who [b]likes[/b] what?"}
    (home / "light.yaml").write_text(yaml.safe_dump(values))
    thinking = {key: value for key, value in village.THINKING.items() if "." not in key}
    thinking |= {"dataset": str(data), "llama": {"threads": 1}}
    (home / "thinking.yaml").write_text(yaml.safe_dump(thinking))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(home / "cache"))
        run_scenario(str(home / "light.yaml"), {}, out=home / "run")
    return home


@pytest.fixture
def simenv(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path
) -> Simenv:
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["simenv", *(str(one) for one in arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return Said(end.value.code or 0, printed.out, printed.err)

    return call
