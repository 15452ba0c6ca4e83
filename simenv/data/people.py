"""The words for people: one vocabulary for every data set that says who its people are."""

from __future__ import annotations

from bisect import bisect_right

GENDERS = {"F": "woman", "M": "man"}

AGES = {
    1: "under 18",
    18: "18-24",
    25: "25-34",
    35: "35-44",
    45: "45-49",
    50: "50-55",
    56: "56 or older",
}
"""Youngest age of a band, and the band: MovieLens 1M's own codes."""

OCCUPATIONS = (
    "",
    "academic/educator",
    "artist",
    "clerical/admin",
    "college student",
    "customer service",
    "doctor/health care",
    "executive/managerial",
    "farmer",
    "homemaker",
    "k-12 student",
    "lawyer",
    "programmer",
    "retired",
    "sales/marketing",
    "scientist",
    "self-employed",
    "technician/engineer",
    "tradesman/craftsman",
    "unemployed",
    "writer",
)
"""MovieLens 1M's occupations by code; code 0 is "other or not specified"."""

_STARTS = tuple(AGES)


def age_band(age: int) -> str:
    """The band of an age in years (or of a band's own code)."""
    return AGES[_STARTS[max(0, bisect_right(_STARTS, age) - 1)]]
