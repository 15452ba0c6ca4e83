"""Every run in the folder, whatever its state: find one, and look into it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import showing, tables
from dashboard.data import Summary
from dashboard.data.measures import MEASURES

runs = showing.runs()


def wanted(found: list[Summary]) -> list[Summary]:
    """The runs that the filters leave over."""
    place, beside = st.columns([2, 1])
    words = place.text_input("Find", placeholder="name, scenario, recommender, data or model").lower().split()
    states = beside.pills("State", sorted({run.state for run in found}), selection_mode="multi")
    return [
        run
        for run in found
        if (not states or run.state in states)
        and all(
            word in f"{run.name} {run.scenario} {run.arms} {run.dataset} {run.model}".lower()
            for word in words
        )
    ]


@st.fragment(run_every="1s")
def live(names: list[str]) -> None:
    """Follow the runs that are under way; when one ends, the whole page is drawn again."""
    for name in names:
        if not showing.progress(name):
            st.rerun()


def measured(name: str) -> Any:
    """How a headline measure's column looks."""
    unit = f"{MEASURES[name].unit}; of the recommender that has most"
    return st.column_config.NumberColumn(format=f"%.{min(MEASURES[name].digits, 2)}f", help=unit)


st.title("Runs")
found = runs.summaries()
if not found:
    st.info("There are no runs here yet. Start one under **New run**, or with `simenv run demo`.")
    st.stop()
if running := [run.name for run in found if run.state == "running"]:
    live(running)
listed = wanted(found)
look = {
    "done": st.column_config.ProgressColumn(format="percent", width="small"),
    **{MEASURES[name].title: measured(name) for name in tables.HEADLINE},
    "agents": st.column_config.NumberColumn(format="localized", width="small"),
    "began": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
}
picked = st.dataframe(
    tables.of_runs(listed),
    hide_index=True,
    column_config=look,
    on_select="rerun",
    selection_mode=["single-row", "single-cell"],
    key="runs",
).selection
st.caption("Pick a run to look into it. Values are those of its best recommender.")
for row in [*picked.rows, *(row for row, _ in picked.cells)]:
    st.switch_page("views/overview.py", query_params={"run": listed[row].name})
