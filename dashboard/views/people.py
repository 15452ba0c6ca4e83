"""Find a person, and see what it was shown, what it did, and why."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st

from dashboard import person, showing
from dashboard.data import people
from dashboard.data.people import Wanted, World

run = showing.chosen()


def world() -> World:
    """The seed and recommender under which people are looked at."""
    left, right = st.columns([3, 1])
    arm = left.selectbox("Under", run.arms, showing.linked("arm", run.arms.index, 0), key=f"under-{run.name}")
    seed = run.seeds[0]
    if len(run.seeds) > 1:
        at = showing.linked("seed", lambda said: run.seeds.index(int(said)), 0)
        seed = right.selectbox("Seed", run.seeds, at, key=f"seed-{run.name}")
    showing.link(arm=arm, seed=seed if len(run.seeds) > 1 else None)
    return seed, arm


def wanted(here: World) -> Wanted:
    """What the filters ask for."""
    first, second, third = st.columns(3)
    words = first.text_input("Agent or id", key="words").strip()
    traits = people.traits(run, here)
    chosen = second.multiselect("Traits", traits, format_func=": ".join, key=f"traits-{run.name}")
    theme = third.selectbox("Watches most", ["", *people.themes(run)], format_func=lambda t: t or "anything")
    low, high = st.slider("Satisfaction in the end (index, 1 to 10)", 1.0, 10.0, (1.0, 10.0), 0.5)
    return Wanted(tuple(chosen), theme or "", (low - 1) / 9, (high - 1) / 9, words)


def meet(user: int) -> None:
    """Look at another agent, from its first page on."""
    showing.link(agent=user, day=None, page=None)


st.title("People")
here = world()
st.session_state.setdefault("finding", "agent" not in st.query_params)
with st.expander("Find somebody", expanded=st.session_state["finding"]):
    asked = showing.told(lambda: wanted(here))
    found = showing.told(lambda: people.found(run, here, asked))
    if not found["user"]:
        showing.nothing("Nobody is like that." if run.has("agents") else "There are no people yet.")
    else:
        if st.button("Somebody at random", icon=":material/casino:"):
            meet(showing.told(lambda: people.somebody(run, here, asked, time.time_ns() % 2**31)) or 0)
        fond = {f"of {asked.theme}": person.percent(found["of_theme"])} if asked.theme else {}
        picked = st.dataframe(
            {"agent": found["user"], "id": found["id"], **fond, **person.listed(found)},
            hide_index=True,
            height=250,
            column_config=person.LISTED | dict.fromkeys(fond, person.PERCENT),
            on_select="rerun",
            selection_mode="single-row",
            key=f"found-{hash((run.name, here, asked))}",
        )
        many = f"The first {people.MOST} of them. " if len(found["user"]) == people.MOST else ""
        st.caption(f"{many}Pick a row to meet somebody.")
        if picked.selection.rows and st.session_state.get("met") != (here, asked, picked.selection.rows):
            st.session_state["met"] = (here, asked, picked.selection.rows)
            meet(found["user"][picked.selection.rows[0]])
user = showing.linked("agent", int, found["user"][0] if found["user"] else 0)
about = showing.told(lambda: people.person(run, here, user)) if abs(user) < 2**31 else {}
if not about:
    if found["user"]:
        st.error(showing.escaped(f"There is no agent {user} in this run."))
    st.stop()
showing.link(agent=user)
one = person.Person(run, here, user, about)
st.header(showing.escaped(f"Agent {user}"))
st.text(person.profile(about))
showing.told(lambda: person.became(one))
when = showing.told(lambda: person.visited(one))
if when is None:
    showing.nothing("It has not come yet.")
else:
    showing.told(partial(person.page, one, when))
near = showing.told(lambda: person.alike(one))
if near is not None:
    meet(near)
    st.rerun()
