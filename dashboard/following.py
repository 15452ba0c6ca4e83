"""Runs under way, as the New run page follows, stops and continues them."""

from __future__ import annotations

import streamlit as st

from dashboard import showing
from dashboard.data import Runs
from scenarios import starting

_BEGUN = "begun"
"""Where a session remembers what it has started and nobody has seen running yet."""
_ENDED = "ended"
STARTED = "started"
"""How many runs a session has started or continued."""


def begun(name: str) -> None:
    """Follow a run that has just been started, from the next drawing of the page on."""
    st.session_state[_BEGUN] = [*st.session_state.get(_BEGUN, []), name]
    st.session_state[STARTED] = st.session_state.get(STARTED, 0) + 1
    st.rerun()


def under_way(runs: Runs) -> None:
    """Every run that is under way, each with a button that stops it; and what those that ended early said."""
    for name, said in st.session_state.pop(_ENDED, []):
        st.warning(showing.escaped(f"{name} has ended. It said:"))
        st.code(said or "nothing", language=None, wrap_lines=True)
    running = [run.name for run in runs.summaries() if run.state == "running"]
    for name in dict.fromkeys([*st.session_state.get(_BEGUN, []), *running]):
        _follow(runs, name)


def to_be_continued(runs: Runs) -> None:
    """Runs that were stopped, failed or died, one of them to be continued."""
    busy = st.session_state.get(_BEGUN, [])
    found = [run for run in runs.summaries() if run.state in ("stopped", "failed", "dead")]
    names = [run.name for run in found if run.name not in busy]
    if not names:
        return
    place, button = st.columns([3, 1], vertical_alignment="bottom")
    name = place.selectbox("Stopped, failed or dead", names, key="continued")
    if button.button("Continue", icon=":material/resume:", width="stretch"):
        showing.told(lambda: starting.resume(runs.open(name).folder))
        begun(name)


@st.fragment(run_every="1s")
def _follow(runs: Runs, name: str) -> None:
    """One run; when it ends, the page is drawn again."""
    code = starting.ended(runs.root.resolve() / name)
    state = runs.summary(name).state if name in runs.names() else ""
    if code is None and state == "running":
        _running(runs, name)
    elif code is None and name in st.session_state.get(_BEGUN, []):
        st.progress(0.0, showing.escaped(f"{name}: starting"))
    else:
        _over(runs, name, bool(code) and state != "stopped")


def _running(runs: Runs, name: str) -> None:
    place, button = st.columns([4, 1], vertical_alignment="bottom")
    with place:
        showing.progress(name)
    if button.button("Stop", key=f"stop-{name}", icon=":material/stop:", width="stretch"):
        showing.told(lambda: starting.stop(runs.open(name).folder))
        st.toast("Asked to stop; it ends at its next page.")


def _over(runs: Runs, name: str, failed: bool) -> None:
    if failed:
        told = (name, starting.said(runs.root.resolve() / name))
        st.session_state[_ENDED] = [*st.session_state.get(_ENDED, []), told]
    st.session_state[_BEGUN] = [other for other in st.session_state.get(_BEGUN, []) if other != name]
    st.rerun()
