"""On which terms data sets may be used: what is made from them says so too."""

from __future__ import annotations

_MOVIELENS = (
    "Derived from MovieLens (GroupLens, University of Minnesota): research and non-commercial use; "
    "acknowledge Harper and Konstan, The MovieLens Datasets, ACM TiiS 2015."
)
_TERMS = {
    "jester-1": (
        "Derived from Jester (Ken Goldberg, University of California, Berkeley): free for research; "
        "acknowledge Goldberg, Roeder, Gupta and Perkins, Eigentaste, Information Retrieval 4(2), 2001."
    ),
    "ml-1m": _MOVIELENS,
    "ml-100k": _MOVIELENS,
    "ml-latest-small": _MOVIELENS,
    "town": "Invented by code; Apache-2.0.",
}


def terms_of(name: str) -> str:
    """The terms of a data set, in words."""
    return _TERMS.get(name, "The terms of the data set that this was made from.")
