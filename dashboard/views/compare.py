"""Recommenders and runs over the same people: who does better, for whom, and when."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import charts, showing
from dashboard.charts.measures import lines
from dashboard.charts.paired import by_level, gaps
from dashboard.charts.style import Look
from dashboard.data import measures, paired
from dashboard.data.totals import EXPOSURES, RATIOS

run = showing.chosen()
st.title("Compare")
others = [name for name in showing.runs().names() if name != run.name]
added: list[str] = showing.linked("with", lambda names: [n for n in names.split("|") if n in others], [])
beside = st.multiselect(f"Runs beside {showing.escaped(run.name)}", others, added, key=f"beside-{run.name}")
showing.link(**{"with": "|".join(beside) or None})
opened = [run, *showing.told(lambda: [showing.runs().open(name) for name in beside])]
sides = {side.label: side for side in paired.sides(opened)}
if len(sides) < 2:
    st.info("There is only one recommender here. Choose a second run above.")
    st.stop()


def look(side: paired.Side) -> Look:
    """The recommender's own look; hollow where it is from another run."""
    own = charts.looks([*run.arms, *(arm for other in opened for arm in other.arms if arm not in run.arms)])
    found = own[side.arm]
    return found if side.run is run else replace(found, symbol=f"{found.symbol}-open", dash="dot")


looks = {label: look(side) for label, side in sides.items()}
left, middle, right = st.columns(3)
first = left.selectbox("Compared with", list(sides), key="first")
names = [*RATIOS, *EXPOSURES]
measure = middle.selectbox(
    "Measure",
    names,
    showing.linked("measure", names.index, 0),
    format_func=lambda n: measures.measure(n).title,
    key="measure",
)
showing.link(measure=measure)
named = measures.measure(measure)
pairs = {
    label: showing.told(partial(paired.Pairing, sides[first], side))
    for label, side in sides.items()
    if label != first
}
found = [showing.told(partial(pair.of, measure)) for pair in pairs.values()]
showing.show(gaps(named, first, found, looks), "gaps")

traits = paired.traits_of(sides[first])
if measure in RATIOS and traits:
    side, trait = st.columns(2)
    label = side.selectbox("Who gains, who loses under", list(pairs), len(pairs) - 1, key="side")
    chosen = trait.selectbox("by", traits, key="trait")
    levels = pairs[label].by_trait(measure, chosen)
    showing.show(by_level(named, chosen, levels, looks[label]), "levels")

course = showing.told(lambda: paired.course(list(sides.values()), measure))
if len(set(course["step"])) > 1:
    showing.show(lines(named, course, looks, "day"), "course")
