"""The language model of a run: what it is, what it answers, what that costs, and how true it is."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, showing, validation
from dashboard.charts import model as drawn
from dashboard.data import model, reports
from scenarios import cards

run = showing.chosen()
looks = charts.looks(run.arms)


def about() -> None:
    """Name, digest, size and settings, and the card of a model that ships."""
    facts = model.facts(run)
    shipped = cards.facts(facts.get("name", ""))
    same = bool(shipped) and shipped.get("sha256") == facts.get("sha256")
    if same and "bytes" not in facts:
        facts["bytes"] = str(shipped["bytes"])
    wide = {"value": st.column_config.TextColumn(width="large")}
    table = {"what": list(facts), "value": list(facts.values())}
    st.dataframe(table, hide_index=True, column_config=wide, height="content", key="facts")
    with st.expander("Model card"):
        if same:
            st.markdown(cards.card(facts["name"]))
        elif shipped:
            showing.nothing("This run had another version of the model; the card here is not about it.")
        else:
            showing.nothing("This model came without a card.")


def spent() -> None:
    """Tokens, evaluations and cache hits."""
    found = {words: value for words, value in model.cost(run).items() if value}
    for column, (words, value) in zip(
        st.columns(max(min(len(found), 4), 1)) * 2, found.items(), strict=False
    ):
        column.metric(words, f"{value:,.0f}")


def answered() -> None:
    """What was sampled from P(watch), and the model's P(yes)."""
    rows = showing.told(lambda: model.calibration(run))
    showing.show(drawn.reliability(rows, model.error(rows)), "reliability")
    st.caption(
        "This checks that sampling does what it should. Whether P(watch) is true of real people, "
        "a validation report says."
    )
    left, right = st.columns(2)
    with left:
        showing.show(drawn.yes_by_tenth(showing.told(lambda: model.yes_by_popularity(run)), looks), "tenths")
    with right:
        showing.show(drawn.yes_by_theme(showing.told(lambda: model.yes_by_theme(run)), looks), "themes")
    st.caption(
        f"P(yes) as the model gives it, before calibration and base rate; of the first {model.MOST} agents."
    )


st.title("Model")
if not run.section("model"):
    st.info("No language model thought in this run: its people decide by fitted taste.")
else:
    about()
    spent()
    if run.has("words"):
        answered()
    else:
        showing.nothing("No words were kept of what the agents thought.")
if found := reports.found(run):
    st.header("Validation")
    validation.show(run, found)
elif run.section("model"):
    showing.nothing("There is no validation report beside this run; `simenv validate` writes one.")
