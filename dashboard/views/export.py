"""The synthetic interactions of a run, for other tools, with where they come from."""

from __future__ import annotations

import streamlit as st

from dashboard import showing
from dashboard.data import exports

ABOUT = {
    "parquet": "everything that was shown, whether it was watched and how likely that was, as Parquet",
    "recbole": "ratings, people and items as RecBole's atomic files",
    "movielens": "ratings.csv and movies.csv as MovieLens has them",
}
run = showing.chosen()
st.title("Export")
st.caption(
    showing.escaped(
        f"The synthetic interactions of {run.name}. Each folder says that they are synthetic, and where from."
    )
)
form = st.radio("Format", list(ABOUT), captions=list(ABOUT.values()), key="form")
arms = st.multiselect("Recommenders", list(run.arms), list(run.arms), key="arms")
folder = exports.folder(run, form)
st.text(f"They go into {folder}")
if not arms:
    st.info("Choose at least one recommender.")
    st.stop()
if st.button("Write the files", type="primary", icon=":material/save:"):
    with st.spinner("Writing"):
        written = showing.told(lambda: exports.write(run, form, arms))
    st.success(showing.escaped(f"{len(written)} files were written."))
for portion in showing.told(lambda: exports.written(run, form)):
    with st.container(border=True):
        st.text(portion.name)
        st.text(exports.statement(portion))
        st.dataframe(exports.files(portion), hide_index=True, key=f"files-{portion.name}")
        if exports.size(portion) > exports.MOST:
            showing.nothing("This is too much for a download; the folder above holds it.")
        elif st.toggle("Pack for download", key=f"pack-{portion.name}"):
            st.download_button(
                "Download",
                exports.packed(portion),
                f"{portion.name}.zip",
                "application/zip",
                key=f"get-{portion.name}",
            )
