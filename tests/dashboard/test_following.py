"""Runs started and continued from a page are real processes, followed until they end."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard.data import Runs
from scenarios import starting
from simenv.records.folder import STOP
from tests.dashboard.conftest import Look, until, words


def finished(app: AppTest, folder: Path, name: str, state: str = "done") -> AppTest:
    """Look again and again until a run has ended and the page knows."""
    until(
        lambda: not app.run().get("progress") and Runs(folder).summary(name).state == state,
        lambda: f"{name} never was {state}: {starting.said(folder / name)}",
    )
    return app


def test_a_run_started_in_the_form_runs_to_its_end(look: Look, tmp_path: Path) -> None:
    app = look("new_run", at=tmp_path)
    app.selectbox(key="scenario").set_value("crowd").run()
    app.number_input(key="crowd-agents").set_value(20).run()
    app.number_input(key="crowd-rounds").set_value(1).run()
    app.multiselect(key="crowd-recommenders").set_value(["popularity"]).run()
    app.button[-1].click().run()
    assert not app.exception
    assert "starting" in app.get("progress")[0].proto.text or Runs(tmp_path).names()
    finished(app, tmp_path, "crowd")
    assert not app.exception
    run = Runs(tmp_path).open("crowd")
    assert run.scenario["agents"] == 20
    assert run.arms == ("popularity",)
    assert app.text_input[0].value == "crowd-2"


def test_a_stopped_run_is_continued(look: Look, runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "halted"
    shutil.copytree(runs / "light", folder)
    about = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(about | {"state": "stopped"}))
    app = look("new_run", at=tmp_path)
    next(button for button in app.button if button.label == "Continue").click().run()
    finished(app, tmp_path, "halted")
    assert not app.exception


def test_the_stop_button_puts_a_stop_file_into_the_run(look: Look, runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "going"
    shutil.copytree(runs / "light", folder)
    about = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(about | {"state": "running"}))
    (folder / "progress.json").write_text(json.dumps({"share": 0.5, "heartbeat": time.time() + 3600}))
    app = look("new_run", at=tmp_path)
    app.button(key="stop-going").click().run()
    assert not app.exception
    assert (folder / STOP).exists()


def test_what_a_run_said_is_shown_when_it_failed_to_start(look: Look, tmp_path: Path) -> None:
    app = look("new_run", at=tmp_path)
    app.selectbox(key="scenario").set_value("crowd").run()
    app.number_input(key="crowd-agents").set_value(9_999_999).run()
    app.button[-1].click().run()
    until(lambda: app.warning or app.run().warning)
    assert "crowd has ended" in words(app).replace("\\", "")
    assert "Expected 1 to 2000 agents" in app.code[0].value
