"""One item's audience, as the Items page shows it."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, showing
from dashboard.charts.items import by_level
from dashboard.charts.stars import star_shares
from dashboard.data import Columns, Opened, items
from dashboard.data.traits import TRAITS


def picked(run: Opened) -> int | None:
    """The item that is looked at: from the address, or found by its title."""
    linked = showing.linked("item", int, -1)
    known = showing.told(lambda: items.item(run, linked)) if 0 <= linked < 2**31 else {}
    words = st.text_input("Find an item by its title or id", key="item-words").strip()
    found = showing.told(lambda: items.found(run, words))
    titles = dict(zip(found["item"], found["title"], strict=True))
    if known and not words:
        titles.setdefault(linked, known["title"])
    if not titles:
        showing.nothing("No item is called like that.")
        return None
    at = list(titles).index(linked) if linked in titles else 0
    name = f"item-{run.name}-{words}"
    chosen = st.selectbox("Item", list(titles), at, lambda own: titles[own] or f"item {own}", key=name)
    showing.link(item=chosen)
    return chosen


def show(run: Opened, item: int) -> None:
    """What the item is, who was shown it and watched it, and the stars that it got."""
    known = showing.told(lambda: items.item(run, item))
    about = (known["title"], ", ".join(known["themes"] or ()), known["text"])
    st.text(" · ".join(str(words) for words in about if words))
    rows = showing.told(lambda: items.audience(run, item))
    if not rows["arm"]:
        showing.nothing("It was never shown.")
        return
    st.dataframe(_table(run, rows), hide_index=True, key="audience")
    st.caption("Watched: share of the times it was shown. Expected: the mean of P(watch).")
    looks = charts.looks(run.arms)
    trait = st.selectbox("Audience by", TRAITS, key="trait")
    left, right = st.columns(2)
    with left:
        given = showing.told(lambda: items.stars(run, item))
        if given["stars"]:
            showing.show(star_shares(given, looks, {}), "item-stars")
        else:
            showing.nothing("Nobody has rated it.")
    with right:
        levels = showing.told(lambda: items.by_trait(run, item, trait))
        if levels["level"]:
            showing.show(by_level(levels, looks, trait), "levels")
        else:
            showing.nothing(f"Nobody's {trait} is known.")


def _table(run: Opened, rows: Columns) -> Columns:
    """A row for each recommender, in the order of the run."""
    place = {arm: at for at, arm in enumerate(run.arms)}
    order = sorted(range(len(rows["arm"])), key=lambda at: place.get(rows["arm"][at], len(place)))
    own = {name: [values[at] for at in order] for name, values in rows.items()}
    return {
        "recommender": own["arm"],
        "people who saw it": own["people"],
        "times shown": own["shown"],
        "watched": [f"{k / n:.0%}" for k, n in zip(own["watched"], own["shown"], strict=True)],
        "expected": ["" if chance is None else f"{chance:.0%}" for chance in own["chance"]],
        "mean stars": ["" if stars is None else f"{stars:.1f}" for stars in own["stars"]],
    }
