"""A report of ``simenv validate``, as the Model page shows it: the model beside its controls."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import showing
from dashboard.charts.model import alignment
from dashboard.data import Opened, reports
from dashboard.data.reports import Report


def show(run: Opened, found: Sequence[Report]) -> None:
    """One of the reports, chosen where there are several."""
    names = [f"{report.name}{'' if report.of(run) else ' (another model)'}" for report in found]
    at = st.selectbox("Report", range(len(found)), format_func=names.__getitem__, key="report")
    report = found[at or 0]
    kinds = report.kinds()
    if kinds:
        left, right = st.columns(2)
        kind = left.selectbox(
            "Against", kinds, format_func=lambda k: f"{k[0].replace('_', ' ')}, 1 to {k[1]}", key="kind"
        )
        metric = right.selectbox("Measure", reports.METRICS, key="metric")
        words = f"negatives drawn {kind[0].replace('_', ' ')}, 1 to {kind[1]}"
        showing.show(alignment(report.alignment(*kind, metric), metric, words), "alignment")
    rows = report.everything()
    if not rows["figure"]:
        showing.nothing("This report holds no figures.")
    with st.expander("Every figure of the report", expanded=not kinds):
        st.dataframe(rows, hide_index=True, key="figures")
