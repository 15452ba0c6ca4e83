"""The environments' own mathematics: logarithms and normal luck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.stats import kstest, norm

from simenv.gym import kernels
from simenv.luck import stream
from simenv.types import NOTHING


@njit
def logs(x):  # type: ignore[no-untyped-def]  # compiled
    """The kernel's logarithm of each number."""
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = kernels.log(x[i])
    return out


@njit
def normals(bits):  # type: ignore[no-untyped-def]  # compiled
    """The kernel's normal number from each pattern of bits."""
    out = np.empty(len(bits), dtype=np.float32)
    for i in range(len(bits)):
        out[i] = kernels.normal(bits[i])
    return out


def test_logarithms_are_right_to_the_last_place() -> None:
    x = np.exp(np.linspace(-80, 80, 100_001)).astype(np.float32)
    exact = np.log(x.astype(np.float64))
    assert np.abs(logs(x) - exact).max() < 4e-6
    assert (np.abs(logs(x) - exact) <= 2e-7 * np.maximum(np.abs(exact), 1)).all()


def test_normal_numbers_are_the_inverse_of_their_distribution() -> None:
    places = np.unique(
        np.concatenate([np.arange(2_000), np.arange(0, 2**24, 997), 2**24 - 1 - np.arange(2_000)])
    )
    drawn = normals(places.astype(np.uint64) << np.uint64(40))
    assert np.abs(drawn - norm.ppf((places + 0.5) / 2**24)).max() < 3e-6
    assert np.abs(drawn).max() < kernels.LARGEST_NORMAL
    assert (np.diff(drawn) >= 0).all()


def test_normal_luck_is_standard_normal_and_a_row_is_its_own() -> None:
    luck = stream(3, "any").bits(np.arange(40_000))
    rows, lanes = np.arange(40_000, dtype=np.int32), np.arange(3, dtype=np.int32)[None]
    drawn = kernels.normals(rows, luck, 7, lanes)
    assert kstest(drawn.ravel().astype(np.float64), "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.02
    some = np.array([5, 77, 1_234], dtype=np.int32)
    own = np.array([[2, 0], [1, 1], [0, 2]], dtype=np.int32)
    assert np.array_equal(kernels.normals(some, luck, 7, own), drawn[some[:, None], own])
    assert kernels.normals(some, luck, 8, lanes) == pytest.approx(kernels.normals(some, luck, 7, lanes + 1))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 90), st.integers(1, 40), st.sampled_from([3, 70, 5_000]), st.integers(0, 2**31 - 1))
def test_of_what_stands_on_a_slate_twice_the_first_stays(
    slots: int, rows: int, catalogue: int, seed: int
) -> None:
    chosen = np.random.default_rng(seed).integers(0, catalogue, (rows, slots))
    found = np.empty(chosen.shape, dtype=np.int32)
    assert kernels.distinct(chosen, catalogue, found) == -1
    for row, slate in zip(chosen.tolist(), found.tolist(), strict=True):
        assert slate == [NOTHING if one in row[:slot] else one for slot, one in enumerate(row)]


@pytest.mark.parametrize("wrong", [-1, 7, 2**40, -(2**40)])
def test_the_first_row_out_of_range_is_told(wrong: int) -> None:
    chosen = np.zeros((5, 4), dtype=np.int64)
    chosen[2, 3] = chosen[4, 0] = wrong
    assert kernels.distinct(chosen, 7, np.empty(chosen.shape, dtype=np.int32)) == 2
