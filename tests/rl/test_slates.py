"""The solver finds the best slate of all, which taking the largest products does not."""

from __future__ import annotations

from itertools import combinations

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from recommenders.slateq.slates import best_slates, slate_worth  # noqa: E402

NUMBER = st.floats(-4, 4, width=32)


def worth_of(pull: list[float], worth: list[float], nothing: float, chosen: tuple[int, ...]) -> float:
    """By the definition."""
    mass = [torch.tensor(pull[i]).exp().item() for i in chosen]
    return (nothing + sum(m * worth[i] for m, i in zip(mass, chosen, strict=True))) / (1 + sum(mass))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda n: st.tuples(
            st.lists(NUMBER, min_size=n, max_size=n),
            st.lists(NUMBER, min_size=n, max_size=n),
            NUMBER,
            st.integers(1, n),
        )
    )
)
def test_no_other_slate_is_worth_more(case: tuple[list[float], list[float], float, int]) -> None:
    pull, worth, nothing, slots = case
    chosen, value = best_slates(torch.tensor([pull]), torch.tensor([worth]), torch.tensor([nothing]), slots)
    best = max(worth_of(pull, worth, nothing, slate) for slate in combinations(range(len(pull)), slots))
    assert len(set(chosen[0].tolist())) == slots
    assert value.item() == pytest.approx(best, abs=1e-4)
    assert worth_of(pull, worth, nothing, tuple(chosen[0].tolist())) == pytest.approx(best, abs=1e-4)


def test_the_largest_products_can_make_a_much_worse_slate() -> None:
    pull, worth, nothing = (
        torch.tensor([[3.0, 0.0, 0.0]]),
        torch.tensor([[2.0, 5.0, 5.0]]),
        torch.tensor([4.0]),
    )
    products = (pull.exp() * worth).topk(2).indices
    plain = slate_worth(pull.gather(1, products), worth.gather(1, products), nothing)
    chosen, best = best_slates(pull, worth, nothing, 2)
    assert sorted(chosen[0].tolist()) == [1, 2]
    assert best.item() > plain.item() + 2


def test_what_is_not_allowed_leaves_slots_empty_and_counts_for_nothing() -> None:
    pull = torch.tensor([[0.5, -torch.inf, -torch.inf], [0.5, 0.1, -torch.inf]])
    worth, nothing = torch.tensor([[1.0, 9.0, 9.0], [1.0, 3.0, 9.0]]), torch.tensor([0.0, 0.0])
    chosen, value = best_slates(pull, worth, nothing, 2)
    assert chosen.tolist() == [[0, -1], [1, 0]]
    assert value[0].item() == pytest.approx(worth_of([0.5], [1.0], 0.0, (0,)))


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    luck = torch.Generator().manual_seed(0)
    pull, worth = torch.randn(64, 12, generator=luck), 3 * torch.randn(64, 12, generator=luck)
    nothing = torch.randn(64, generator=luck)
    together = best_slates(pull, worth, nothing, 4)[0]
    alone = [best_slates(pull[i : i + 1], worth[i : i + 1], nothing[i : i + 1], 4)[0][0] for i in range(64)]
    assert torch.equal(together, torch.stack(alone))
