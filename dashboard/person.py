"""One agent, as the People page shows it: profile, mood, what it was shown and thought, who is like it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import charts, showing
from dashboard.charts.people import mood
from dashboard.data import Columns, Opened, people, words
from dashboard.data.people import World
from dashboard.data.traits import LEVELS
from dashboard.data.words import Asked

PERCENT = st.column_config.NumberColumn(format="%.0f %%")
"""For shares that were multiplied by 100."""
STARS = st.column_config.NumberColumn(format="%.1f")
LISTED = {"mean stars": STARS, "satisfaction": STARS}
"""How numbers of people that are listed look."""


@dataclass(frozen=True)
class Person:
    """An agent of one world of a run.

    Args:
        about: its row of agents; empty where there is none.
    """

    run: Opened
    world: World
    user: int
    about: dict[str, Any]

    def pages(self) -> Columns:
        """What it saw, under every recommender."""
        return people.pages(self.run, self.world[0], self.user)


def percent(shares: Sequence[float | None]) -> list[float | None]:
    """Shares (0 to 1) as percentages."""
    return [None if share is None else 100 * share for share in shares]


def index(satisfaction: float | None) -> float | None:
    """Satisfaction from 0 to 1 as the index from 1 to 10 that measures use."""
    return None if satisfaction is None or math.isnan(satisfaction) else 1 + 9 * satisfaction


def profile(about: dict[str, Any]) -> str:
    """Who somebody is, in words out of columns."""
    who = [f"a {about['gender']}" if about["gender"] else "a person", about["age"], about["occupation"]]
    levels = {
        "activity": ("rates rarely", "rates now and then", "rates often"),
        "diversity": ("narrow taste", "mixed taste", "broad taste"),
        "conformity": ("own opinions", "balanced opinions", "mainstream opinions"),
    }
    habits = [dict(zip(LEVELS, said, strict=True)).get(about[name]) for name, said in levels.items()]
    said = f"{', '.join(word for word in who if word)}: {', '.join(habit for habit in habits if habit)}"
    known = f"Rated {about['known'] or 0} items before"
    mean, spread = about["rating_mean"], about["rating_spread"]
    known += f", {mean:.1f} stars on average" if mean is not None else ""
    known += f", spread {spread:.1f}" if mean is not None and spread is not None else ""
    return f"{said[:1].upper()}{said[1:]}. {known}."


def became(person: Person) -> None:
    """What became of it under one recommender, and its mood under all of them."""
    about, rows = person.about, person.pages()
    feeling = index(about["satisfaction"])
    ends = [f"saw {about['pages']} pages", f"watched {about['watched']} items", f"liked {about['liked']}"]
    ends += [f"satisfied {feeling:.1f} (index, 1 to 10) in the end"] if feeling is not None else []
    st.caption(showing.escaped(f"Under {person.world[1]} it {', '.join(ends)}."))
    looks = charts.looks(person.run.arms)
    places = st.columns(2)
    for place, column, what in zip(
        places,
        ("satisfaction", "fatigue"),
        ("satisfaction (index, 1 to 10)", "tiredness (0 to 1)"),
        strict=True,
    ):
        values = [index(v) if column == "satisfaction" else v for v in rows[column]]
        cells = zip(rows["arm"], rows["round"], rows["page"], values, strict=True)
        with place:
            own = [(a, r, p, v) for a, r, p, v in cells if v is not None]
            showing.show(mood((f"Agent {person.user}", what), own, looks), column)


def visited(person: Person) -> tuple[int, int] | None:
    """The page (round and page) that is looked at, chosen among those it saw."""
    rows = person.pages()
    cells = zip(
        rows["arm"], rows["round"], rows["page"], rows["watched"], rows["liked"], rows["left"], strict=True
    )
    own = {
        (
            day,
            page,
        ): f"day {day + 1}, page {page + 1}: watched {watched}, liked {liked}{', left' if left else ''}"
        for arm, day, page, watched, liked, left in cells
        if arm == person.world[1]
    }
    if not own:
        return None
    seen = list(own)
    linked = (showing.linked("day", int, 1) - 1, showing.linked("page", int, 1) - 1)
    at = seen.index(linked) if linked in own else 0
    chosen = st.selectbox(
        "Page", seen, at, format_func=own.__getitem__, key=f"page-{person.world}-{person.user}"
    )
    showing.link(day=chosen[0] + 1, page=chosen[1] + 1)
    return chosen


def page(person: Person, when: tuple[int, int]) -> None:
    """What one page showed, what it made of it, and what it thought."""
    rows = people.shown(person.run, person.world, person.user, when)
    asked = words.asked(person.run, person.world, person.user, when)
    table: dict[str, Any] = {
        "place": [slot + 1 for slot in rows["slot"]],
        "title": rows["title"],
        "watched": rows["watched"],
        "stars": ["" if stars is None else f"{stars:g}" for stars in rows["rating"]],
        "P(watch)": percent(rows["chance"]),
        "expected": rows["expected"],
    }
    about = asked.about(rows["item"]) if asked else {}
    if about:
        table["model: yes"] = percent([about[item][0].chances.get("yes") for item in rows["item"]])
        table["model: 1 to 5 stars"] = [list(about[item][1].chances.values()) for item in rows["item"]]
    table["themes"] = rows["themes"]
    look = {"P(watch)": PERCENT, "model: yes": PERCENT, "expected": STARS}
    bars = st.column_config.BarChartColumn(y_min=0, y_max=1, help="The probability of each number of stars.")
    st.dataframe(table, hide_index=True, column_config={**look, "model: 1 to 5 stars": bars}, key="shown")
    st.caption("P(watch): that it looks at the place and wants the item. Expected: the stars it would give.")
    if asked:
        thought(asked, dict(zip(rows["item"], rows["title"], strict=True)))
    else:
        lately = people.remembered(person.run, person.world, person.user, when)
        with st.expander(f"What it remembered then ({len(lately['title'])})"):
            st.dataframe({"title": lately["title"], "stars": lately["stars"]}, hide_index=True, key="memory")


def thought(asked: Asked, titles: dict[int, str]) -> None:
    """Memory, reason, and the exact words of every question with the model's answer."""
    if asked.reason:
        st.text(asked.reason)
    left, right = st.columns(2)
    with left.expander("What it remembered then"):
        st.text(asked.memory or "Nothing yet.")
    with right.expander("Its profile, as the model reads it"):
        st.text(asked.profile)
    with st.expander("What the model was asked, and its answers"):
        names = [
            f"{title}: {what}" for _, title in sorted(titles.items()) for what in ("watch it?", "stars?")
        ]
        if len(names) + 1 != len(asked.answers):
            names = [f"question {at + 1}" for at in range(len(asked.answers) - 1)]
        named = [*names, "next page or leave?"][: len(asked.answers)]
        at = st.selectbox("Question", range(len(named)), format_func=named.__getitem__, key="question")
        if at is not None and named:
            st.code(asked.prompt(at), language=None, wrap_lines=True)
            chances = asked.answers[at].chances
            st.dataframe(
                {"answer": list(chances), "probability": percent(list(chances.values()))},
                hide_index=True,
                column_config={"probability": PERCENT},
                key="answers",
            )
            if at == len(named) - 1:
                showing.nothing("Asked after the page: what was watched on it had joined the memory by then.")


def alike(person: Person) -> int | None:
    """The people most like it; the one that is picked."""
    rows = people.alike(person.run, person.world, person.user)
    if not rows["user"]:
        return None
    st.markdown("##### People most like it")
    table = {
        "agent": rows["user"],
        "likeness": percent([1 - (gap or 0) for gap in rows["distance"]]),
        **listed(rows),
    }
    picked = st.dataframe(
        table,
        hide_index=True,
        column_config=LISTED | {"likeness": PERCENT},
        on_select="rerun",
        selection_mode="single-row",
        key=f"alike-{person.user}",
    )
    st.caption(
        "By activity, diversity, conformity, mean and spread of stars, items rated, age, gender, occupation."
    )
    chosen = picked.selection.rows
    return rows["user"][chosen[0]] if chosen else None


def listed(rows: Columns) -> dict[str, list[Any]]:
    """People as they are listed: profile and what became of them."""
    return {
        "who": [
            ", ".join(w for w in who if w)
            for who in zip(rows["gender"], rows["age"], rows["occupation"], strict=True)
        ],
        **{name: rows[name] for name in ("activity", "diversity", "conformity")},
        "rated before": rows["known"],
        "mean stars": rows["rating_mean"],
        "satisfaction": [index(value) for value in rows["satisfaction"]],
        "watched": rows["watched"],
        "liked": rows["liked"],
    }
