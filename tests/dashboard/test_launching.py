"""Starting the server: from this machine alone, telling nobody, and without the simulation inside."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

import pytest

from dashboard import launching
from simenv import cli
from simenv.errors import UsageError
from tests.dashboard.conftest import PATIENCE, ROOT, until


def test_the_server_listens_here_alone_and_tells_nobody() -> None:
    words = launching.command(launching.LOCAL, 8600)
    for option in (
        "--server.address=127.0.0.1",
        "--browser.gatherUsageStats=false",
        "--server.allowedHosts=127.0.0.1",
        "--runner.magicEnabled=false",
    ):
        assert option in words


def test_another_host_has_to_be_named() -> None:
    assert "--server.address=0.0.0.0" in launching.command("0.0.0.0", 8600)  # noqa: S104


def test_the_command_answers_where_it_says(runs: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "simenv", "dashboard", str(runs)]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            line = server.stdout.readline()
            address = line.split("http://")[1].split(" ")[0]
            assert address.startswith("127.0.0.1:")
            assert answer(f"http://{address}/_stcore/health") == "ok"
        finally:
            server.kill()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server((launching.LOCAL, 0)) as door:
        port = door.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {port} cannot be had"):
            launching.launch(tmp_path, port=port)


def answer(address: str) -> str:
    """What a server says, once it is there."""
    said: list[str] = []

    def asked() -> list[str]:
        with suppress(URLError), urllib.request.urlopen(address, timeout=PATIENCE) as found:  # noqa: S310
            said.append(found.read().decode())
        return said

    until(asked, lambda: f"nothing answers at {address}")
    return said[0]


def test_a_missing_folder_and_a_missing_extra_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="Expected a folder of runs"):
        launching.launch(tmp_path / "nowhere")
    monkeypatch.setattr(launching.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["simenv", "dashboard", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "pip install 'simenv[dashboard]'" in capsys.readouterr().err


def test_reading_runs_loads_neither_agents_nor_models(runs: Path) -> None:
    code = f"""
import os, sys
os.environ["SIMENV_RUNS"] = {str(runs)!r}
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "dashboard" / "app.py")!r}, default_timeout={PATIENCE})
app.query_params["run"] = "light"
app.run()
for view in sorted(os.listdir({str(ROOT / "dashboard" / "views")!r})):
    if view.endswith(".py") and not view.startswith(("_", "runs")):
        app.switch_page("views/" + view).run()
        assert not app.exception, (view, app.exception)
print("loaded:", *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("loaded:")[1].split())
    assert "dashboard.data" in loaded
    assert not loaded & {
        "agents",
        "torch",
        "llama_cpp",
        "numba",
        "implicit",
        "scenarios.running",
        "transformers",
    }
