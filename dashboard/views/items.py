"""Which items are shown and watched, how unequally, and who one item's audience is."""

from __future__ import annotations

import streamlit as st

from dashboard import audience, charts, showing
from dashboard.charts import items as drawn
from dashboard.data import items

run = showing.chosen()
looks = charts.looks(run.arms)


def over_time() -> None:
    """Themes of one recommender, day by day or page by page."""
    left, right = st.columns([2, 1])
    arm = left.selectbox(
        "Themes under", run.arms, showing.linked("arm", run.arms.index, 0), key=f"themes-{run.name}"
    )
    kinds = ["day", "page"] if run.days > 1 else ["page"]
    step = (
        right.segmented_control("Step by step", kinds, default=kinds[0], required=True, key="step")
        or kinds[0]
    )
    showing.link(arm=arm)
    rows = showing.told(lambda: items.themes_over_time(run, arm, step))
    if rows["theme"]:
        showing.show(drawn.themes(rows, arm, looks[arm], step), "themes")
    else:
        showing.nothing("The items have no themes.")


st.title("Items")
kinds = ["shown", "watched"]
what = st.segmented_control("What is counted", kinds, default="shown", required=True, key="what") or "shown"
rows = showing.told(lambda: items.by_popularity(run))
if not rows["arm"]:
    showing.nothing("Nothing was shown yet.")
    st.stop()
showing.show(drawn.exposure(rows, looks, what), "exposure")
left, right = st.columns(2)
with left:
    showing.show(drawn.tenths(showing.told(lambda: items.tenths(run)), looks, what), "tenths")
with right:
    showing.show(drawn.concentration(showing.told(lambda: items.concentration(run)), looks), "concentration")
over_time()
st.header("One item's audience")
chosen = audience.picked(run)
if chosen is not None:
    audience.show(run, chosen)
