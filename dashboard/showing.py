"""What pages share: which run is meant, how words from data are shown, and a chart with its table."""

from __future__ import annotations

import os
import re
import string
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import streamlit as st

from dashboard.charts import Chart
from dashboard.charts.style import blank
from dashboard.data import Opened, Runs, warming
from dashboard.launching import FOLDER
from simenv.errors import SimenvError

STATES = {
    "running": ":material/play_circle:",
    "done": ":material/check_circle:",
    "stopped": ":material/pause_circle:",
    "failed": ":material/error:",
    "dead": ":material/heart_broken:",
    "unreadable": ":material/help:",
}
"""An icon for each state, beside its word."""

_CHARTS = "charts"
"""Where a session remembers whether its browser has drawn a chart."""

Answer = TypeVar("Answer")


def runs() -> Runs:
    """The folder of runs that the app was started over."""
    return Runs(Path(os.environ.get(FOLDER, "runs")))


def chosen() -> Opened:
    """The run that the address or the sidebar names; where it cannot be read, the page ends and says why."""
    name = st.session_state.get("run")
    if not name:
        st.info("There is no run to look at yet. Start one under **New run**.")
        st.stop()
    return told(lambda: runs().open(name))


def warm() -> None:
    """Let what other pages need be asked and counted, now that this one is drawn."""
    warming.ask_names()
    with suppress(SimenvError):
        if name := st.session_state.get("run"):
            warming.begin(runs().open(name))


def told(work: Callable[[], Answer]) -> Answer:
    """What the work gives; where it cannot be done, the page ends with the sentence that says why."""
    try:
        return work()
    except SimenvError as problem:
        st.error(escaped(str(problem)), icon=STATES["unreadable"])
        st.stop()


def show(chart: Chart, key: str) -> None:
    """Draw a chart under its sentence, with the table behind it.

    Args:
        key: of its own on the page, the same from run to run.
    """
    st.session_state[_CHARTS] = "there"
    with st.container(key=f"chart-{key}"):
        st.markdown(f"##### {escaped(chart.title)}")
        st.plotly_chart(chart.figure, key=key, config={"displayModeBar": False}, alt=chart.title)
        table = partial(st.dataframe, dict(chart.table), hide_index=True, key=f"{key}-table")
        folded("Table", f"{key}-behind", table)


@st.fragment
def folded(label: str, key: str, draw: Callable[[], object]) -> None:
    """What is sent when somebody opens it: a page is there sooner without what nobody does.

    Args:
        key: of its own on the page.
        draw: draws what is inside.
    """
    with st.expander(label, key=key, on_change="rerun") as inside:
        if inside.open:
            draw()


def ready() -> None:
    """Let the browser load what draws charts before the first is wanted: here by one that nobody sees."""
    if _CHARTS not in st.session_state:
        _soon(time.monotonic())
    elif st.session_state[_CHARTS] == "wanted":
        st.session_state[_CHARTS] = "there"
        figure = blank("", "", 10)
        figure.update_xaxes(visible=False)
        figure.update_yaxes(visible=False)
        st.plotly_chart(figure, key="ready", config={"staticPlot": True})


@st.fragment(run_every="1s")
def _soon(drawn: float) -> None:
    """Have the page drawn again when it has stood for a second (``drawn``, s), which such a chart takes."""
    if time.monotonic() - drawn > 0.9:
        st.session_state[_CHARTS] = "wanted"
        st.rerun()


def progress(name: str) -> bool:
    """Show how far a run is, how fast it goes and how long it will take; False when it is not running."""
    run = told(lambda: runs().open(name))
    now = run.progress
    left = now.get("time_left_s")
    said = [f"{name}: {now.get('share', 0):.0%}", f"{now.get('decisions_per_s', 0):,.0f} decisions/s"]
    said += [f"{now['tokens_per_s']:,.0f} tokens/s"] if now.get("tokens_per_s") else []
    said += [f"{_duration(left)} left"] if left is not None else []
    st.progress(min(max(now.get("share", 0.0), 0.0), 1.0), escaped(", ".join(said)))
    return run.state == "running"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(min(seconds, 1e7)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def nothing(sentence: str) -> None:
    """Say, quietly, why there is nothing to see here."""
    st.caption(escaped(sentence))


def escaped(text: str) -> str:
    """Words from data for a place that reads Markdown: every sign stands for itself."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    safe = "".join(f"\\{sign}" if sign in string.punctuation else sign for sign in plain)
    return re.sub(r"\\:(?=\S)", "\\:\N{WORD JOINER}", safe)


def linked(name: str, cast: Callable[[str], Answer], otherwise: Answer) -> Answer:
    """A value out of the page's address, or another where it holds none that fits."""
    try:
        return cast(st.query_params[name])
    except (KeyError, ValueError):
        return otherwise


def link(**values: object) -> None:
    """Write values into the page's address, so that it leads back to this view; None takes one away."""
    for name, value in values.items():
        if value is not None:
            st.query_params[name] = str(value)
        elif name in st.query_params:
            del st.query_params[name]
