"""Starting the app as a server of its own, reachable from this machine alone unless told otherwise."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from simenv.errors import UsageError

FOLDER = "SIMENV_RUNS"
"""The environment variable that tells the app its folder of runs."""
PORT = 8501
LOCAL = "127.0.0.1"
THEME = {
    "light.primaryColor": "#0072b2",
    "light.backgroundColor": "#ffffff",
    "light.secondaryBackgroundColor": "#f4f6f8",
    "light.textColor": "#1d2630",
    "light.borderColor": "#dfe4e9",
    "dark.primaryColor": "#56b4e9",
    "dark.backgroundColor": "#12161b",
    "dark.secondaryBackgroundColor": "#1b2128",
    "dark.textColor": "#e6eaee",
    "dark.borderColor": "#323a43",
    "paddingTop": "1rem",
    "baseRadius": "0.4rem",
    "headingFontWeights": "[600]",
    "headingFontSizes": '["1.9rem", "1.5rem", "1.25rem", "1.1rem", "1rem", "0.95rem"]',
    "showSidebarBorder": "true",
}


def command(host: str, port: int) -> list[str]:
    """The program that serves the app, as a list of words."""
    hosts = [] if host == "0.0.0.0" else sorted({host, LOCAL, "localhost"})  # noqa: S104 - only compared
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": str(not _has_display()).lower(),
        "server.fileWatcherType": "none",
        "server.showEmailPrompt": "false",
        "browser.serverAddress": LOCAL if not hosts else host,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "type",
        "client.showErrorLinks": "false",
        "runner.magicEnabled": "false",
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
        **{f"theme.{name}": value for name, value in THEME.items()},
    }
    app = str(Path(__file__).with_name("app.py"))
    words = [f"--{name}={value}" for name, value in options.items()]
    words += [f"--server.allowedHosts={name}" for name in hosts]
    return [sys.executable, "-P", "-m", "dashboard.serving", "run", app, *words]


def launch(runs: Path, host: str = LOCAL, port: int | None = None) -> None:
    """Serve the app over a folder of runs; this process becomes the server.

    Raises:
        UsageError: a part of the app is not installed, there is no such folder, or the port is taken.
    """
    missing = [name for name in ("streamlit", "plotly") if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"The dashboard needs {' and '.join(missing)}; install them with: pip install 'simenv[dashboard]'"
        )
    if not runs.is_dir():
        raise UsageError(f"Expected a folder of runs at {runs}, found none; name another one, or make it.")
    port = _free_port(host, range(PORT, PORT + 100) if port is None else [port])
    shown = host if host not in ("0.0.0.0", "::") else socket.gethostname()  # noqa: S104 - only compared
    print(f"Runs in {runs}: http://{shown}:{port} (Ctrl-C ends it)", flush=True)  # noqa: T201
    os.environ[FOLDER] = str(runs.resolve())
    words = command(host, port)
    os.execv(words[0], words)  # noqa: S606 - no shell, and no words from outside but host and port


def _free_port(host: str, ports: Sequence[int]) -> int:
    """The first port that nobody uses."""
    for port in ports:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((host, port))
            except OSError:
                continue
            return port
    raise UsageError(f"Port {ports[0]} cannot be had at {host}; name another --port, or another --host.")


def _has_display() -> bool:
    """Whether a browser could open here."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
