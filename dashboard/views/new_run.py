"""Start a run, follow those that are under way, stop them, and continue what was stopped."""

from __future__ import annotations

import shlex
from itertools import zip_longest
from typing import Any

import streamlit as st

from dashboard import following, showing
from dashboard.form import FIRST, Field, changes, fields, value_of, with_changes
from scenarios import starting
from scenarios.loading import mistakes, plain_values


def filled(field: Field, value: Any, key: str) -> Any:
    """The widget for one field, and what stands in it."""
    look: dict[str, Any] = {"key": key, "help": showing.escaped(field.about) or None}
    if field.kind == "whole":
        return st.number_input(field.label, value=value, step=1, **look)
    if field.kind == "number":
        return st.number_input(field.label, value=value, step=0.05, format="%g", **look)
    if field.kind == "choice":
        return st.selectbox(field.label, list(dict.fromkeys([value, *field.options])), **look)
    if field.kind == "names":
        return st.multiselect(field.label, list(dict.fromkeys([*value, *field.options])), value, **look)
    return st.text_input(field.label, "" if value is None else str(value), **look)


def draw(chosen: list[Field]) -> None:
    """Fields, two beside each other, each with room for its mistake below it."""
    for pair in zip_longest(chosen[::2], chosen[1::2]):
        for column, field in zip(st.columns(2), pair, strict=True):
            if field:
                with column:
                    values[field] = filled(field, value_of(base, field), f"{scenario}-{field.key}")
                    places[field.key] = st.empty()


runs = showing.runs()
names = showing.told(starting.known_names)
st.title("New run")
following.under_way(runs)
following.to_be_continued(runs)
scenario = st.selectbox("Scenario", names["scenarios"], key="scenario")
base = plain_values(scenario)
st.text(base["question"])
values: dict[Field, Any] = {}
places: dict[str, Any] = {}
with st.container(border=True):
    columns = st.columns(2)
    free = runs.free(scenario)
    key = f"{free}-name-{st.session_state.get(following.STARTED, 0)}"  # another one after each start
    called = columns[0].text_input("name of the run", free, key=key)
    seeds = columns[1].number_input("seeds", 1, 1000, help="How many times, each with luck of its own.")
    known = fields(names)
    usual = [field for field in known if field.key in FIRST]
    draw(usual)
    with st.expander("More"):
        draw([field for field in known if field not in usual])
    changed = changes(base, values)
    wrong = mistakes(with_changes(base, changed))
    for key, told in wrong.items():
        at_field = next((own for own in places if key == own or key.startswith(f"{own}.")), None)
        (places[at_field] if at_field else st.empty()).error(showing.escaped(told))
    sent = st.button("Start", type="primary", icon=":material/play_arrow:", disabled=bool(wrong))
st.caption("The same from the command line:")
words = ["simenv", *starting.words(scenario, changed, seeds, runs.root / called)]
st.code(shlex.join(words), language=None, wrap_lines=True)
if sent:
    showing.told(lambda: starting.start(scenario, changed, seeds, runs.root.resolve() / called))
    following.begun(called)
