"""Slates are drawn as Plackett and Luce say, and what may not be shown never is."""

from __future__ import annotations

from itertools import permutations

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")
pytest.importorskip("sb3_contrib", reason="needs sb3-contrib: pip install 'simenv[rl]'")

from scenarios.rl.policies import PlackettLuce  # noqa: E402

SCORES = torch.tensor([[0.3, -1.0, 2.0, 0.5]])


def every_slate(slots: int) -> torch.Tensor:
    """All slates of four candidates, in any order."""
    return torch.tensor(list(permutations(range(4), slots)))


@pytest.mark.parametrize("slots", [1, 2, 3, 4])
def test_the_chances_of_all_slates_add_up_to_one(slots: int) -> None:
    slates = every_slate(slots)
    chances = PlackettLuce(slots).proba_distribution(SCORES.expand(len(slates), -1)).log_prob(slates).exp()
    assert chances.sum().item() == pytest.approx(1, abs=1e-5)


def test_slates_are_drawn_as_often_as_their_chance_says() -> None:
    torch.manual_seed(0)
    slates = every_slate(2)
    distribution = PlackettLuce(2).proba_distribution(SCORES.expand(40_000, -1))
    drawn = distribution.sample()
    chances = PlackettLuce(2).proba_distribution(SCORES.expand(len(slates), -1)).log_prob(slates).exp()
    for slate, chance in zip(slates, chances, strict=True):
        share = (drawn == slate).all(dim=1).double().mean().item()
        assert share == pytest.approx(chance.item(), abs=4 * (chance.item() / 40_000) ** 0.5)


def test_the_likeliest_slate_holds_the_highest_scores() -> None:
    assert PlackettLuce(3).proba_distribution(SCORES).mode().tolist() == [[2, 3, 0]]


def test_what_is_masked_comes_only_when_nothing_else_is_left() -> None:
    torch.manual_seed(0)
    masks = torch.tensor([[True, False, False, True]]).expand(500, -1)
    distribution = PlackettLuce(2).proba_distribution(SCORES.expand(500, -1))
    distribution.apply_masking(masks.numpy())
    assert set(distribution.sample().flatten().tolist()) == {0, 3}
    assert distribution.mode()[0].tolist() == [3, 0]
    longer = PlackettLuce(3).proba_distribution(SCORES)
    longer.apply_masking(masks[:1])
    assert longer.mode()[0, :2].tolist() == [3, 0]
    assert torch.isfinite(longer.log_prob(longer.mode())).all()


def test_the_entropy_is_that_of_the_first_slot() -> None:
    first = torch.distributions.Categorical(logits=SCORES)
    found = PlackettLuce(3).proba_distribution(SCORES).entropy()
    assert found.item() == pytest.approx(first.entropy().item(), rel=1e-5)
