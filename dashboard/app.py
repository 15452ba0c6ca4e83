"""The app: pages, and in the sidebar the run that they are about. Started by ``simenv dashboard``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import showing

st.set_page_config("simenv", str(Path(__file__).with_name("icon.svg")), layout="wide")
PAGES = {
    "Runs": ("runs", "view_list"),
    "Overview": ("overview", "insights"),
    "People": ("people", "person_search"),
    "Items": ("items", "movie"),
    "Compare": ("compare", "balance"),
    "Model": ("model", "psychology"),
    "New run": ("new_run", "add_circle"),
    "Export": ("export", "download"),
}


def _address() -> None:
    """Take the run from the address, or keep the one that was looked at."""
    asked = st.query_params.get("run") or st.session_state.get("kept")
    names = showing.runs().names()
    if asked is None and names:
        asked = next((run.name for run in showing.runs().summaries() if run.state != "unreadable"), names[0])
    if asked is not None and asked not in names:
        st.error(showing.escaped(f"There is no run named {asked[:100]!r} in this folder."))
        asked = None
    st.session_state["run"] = st.session_state["kept"] = asked
    showing.link(run=asked)


def _picked() -> None:
    showing.link(run=st.session_state["run"], agent=None, item=None)


_address()
pages = [
    st.Page(f"views/{name}.py", title=title, icon=f":material/{icon}:", url_path=name, default=name == "runs")
    for title, (name, icon) in PAGES.items()
]
page = st.navigation(pages)
if page.url_path in ("", "runs") and "agent" in st.query_params:
    st.switch_page(pages[2], query_params=st.query_params.to_dict())
with st.sidebar:
    st.selectbox("Run", showing.runs().names(), key="run", on_change=_picked, placeholder="no run yet")
    if st.session_state["run"]:
        summary = showing.runs().summary(st.session_state["run"])
        st.caption(f"{showing.STATES[summary.state]} {summary.state}")
page.run()
showing.ready()
showing.warm()
