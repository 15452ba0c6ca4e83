"""The synthetic interactions of a run, for other tools, with where they come from."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import showing
from dashboard.data import exports
from scenarios import starting

ABOUT = {
    "parquet": "everything that was shown, whether it was watched and how likely that was, as Parquet",
    "recbole": "ratings, people and items as RecBole's atomic files",
    "movielens": "ratings.csv and movies.csv as MovieLens has them",
}


@st.fragment(run_every="0.5s")
def writing(place: Path) -> None:
    """Wait for the process that writes; then the page is drawn again."""
    if not starting.under_way(place):
        st.rerun()
    st.progress(0.0, "Writing …")


def shown(portion: Path) -> None:
    """One exported folder: what it says about itself, its files, and a download."""
    st.text(portion.name)
    st.text(exports.statement(portion))
    st.dataframe(exports.files(portion), hide_index=True, key=f"files-{portion.name}")
    if exports.size(portion) > exports.MOST:
        showing.nothing("This is too much for a download; the folder above holds it.")
    elif st.toggle("Pack for download", key=f"pack-{portion.name}"):
        packed = exports.packed(portion)
        st.download_button("Download", packed, f"{portion.name}.zip", key=f"get-{portion.name}")


run = showing.chosen()
st.title("Export")
st.caption(
    showing.escaped(f"The synthetic interactions of {run.name}. Each folder says that they are synthetic.")
)
form = st.radio("Format", list(ABOUT), captions=list(ABOUT.values()), key="form")
arms = st.multiselect("Recommenders", list(run.arms), list(run.arms), key="arms")
place = showing.told(lambda: exports.folder(run, form))
st.text(f"They go into {place}")
if st.button("Write the files", type="primary", icon=":material/save:", disabled=not arms):
    showing.told(lambda: starting.export(run.folder, form, arms, place))
if starting.under_way(place):
    writing(place)
    st.stop()  # what is half written is not shown
if starting.ended(place):
    st.error(showing.escaped(starting.said(place)))
for portion in exports.written(run, form):
    with st.container(border=True):
        shown(portion)
