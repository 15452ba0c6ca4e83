"""One run: what it measured, how that came about step by step, and which stars people gave."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import charts, showing, tables
from dashboard.charts.measures import lines, whiskers
from dashboard.charts.stars import star_shares
from dashboard.data import measures, stars

run = showing.chosen()
looks = charts.looks(run.arms)


@st.fragment(run_every="2s")
def live() -> None:
    """Follow a run that is under way; when it has measured more, or ends, the page is drawn again."""
    measured = [file for file in showing.chosen().files if file[0] == "metrics.parquet"]
    if not showing.progress(run.name) or not set(measured) <= set(run.files):
        st.rerun()


st.title(showing.escaped(run.name))
st.text(run.word("scenario", "question"))
st.caption(showing.escaped(tables.in_a_line(run)))
if run.state == "running":
    live()
elif run.state != "done":
    st.warning(showing.escaped(f"This run is {run.state}. {run.manifest.get('error') or ''}"))
final = showing.told(lambda: measures.final(run))
if not final["arm"]:
    showing.nothing("Nothing is measured yet.")
    st.stop()
st.dataframe(tables.of_measures(final, run.arms), hide_index=True, key="measures")
st.caption("Value ± half of its 95 % interval over people and seeds.")
days = showing.told(lambda: measures.by_day(run, "satisfaction"))["step"]
kinds = ["day", "page"] if len(set(days)) > 1 else ["page"]
choice, step = st.columns([2, 1])
kind = step.segmented_control("Step by step", kinds, default=kinds[0], required=True, key="kind") or kinds[0]
followed = measures.DAY_MEASURES if kind == "day" else measures.MEASURES | measures.PAGE_MEASURES
names = list(dict.fromkeys([*measures.MEASURES, *followed]))
linked = showing.linked("measure", names.index, 0)
picked = choice.selectbox("Measure", names, linked, lambda name: followed[name].title, key=f"measure-{kind}")
showing.link(measure=picked)
places = st.columns(2) if picked in final["measure"] else [st.container()]
if len(places) == 2:
    chosen = [at for at, name in enumerate(final["measure"]) if name == picked]
    rows = {name: [values[at] for at in chosen] for name, values in final.items()}
    with places[0]:
        showing.show(whiskers(measures.measure(picked), rows, looks), "whiskers")
with places[-1]:
    course = showing.told(lambda: (measures.by_day if kind == "day" else measures.by_page)(run, picked))
    if course["arm"]:
        showing.show(lines(followed[picked], course, looks, kind), "lines")
    else:
        showing.nothing(f"{followed[picked].title} is not measured {kind} by {kind}.")
showing.show(star_shares(showing.told(lambda: stars.given(run)), looks, stars.of_the_data(run)), "stars")
showing.folded("Where it comes from", "origin", partial(st.json, run.manifest))
