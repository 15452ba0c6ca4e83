"""Both ways of choosing value slates as their formulas say, and learn what they are shown."""

from __future__ import annotations

from itertools import combinations

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")

from recommenders.slateq.choices import CHOICES, EachOnItsOwn, OneOrNothing  # noqa: E402
from recommenders.slateq.minds import Beliefs  # noqa: E402


def beliefs(rows: int = 40, items: int = 6, there: bool = True) -> Beliefs:
    """Any beliefs; where ``there`` is false, the last item is not there."""
    luck = torch.Generator().manual_seed(1)
    pull, gain, hope = (torch.randn(rows, items, generator=luck) for _ in range(3))
    if not there:
        pull[:, -1] = -torch.inf
    no_gain, no_hope = torch.randn(rows, generator=luck), torch.randn(rows, generator=luck)
    return Beliefs(pull, gain, no_gain, hope, no_hope, torch.tensor([2.0, 10.0]), torch.tensor(1.0))


def only(all_of: Beliefs, chosen: torch.Tensor) -> Beliefs:
    """The beliefs about the chosen items."""
    pull, gain, hope = (column.gather(1, chosen) for column in (all_of.pull, all_of.gain, all_of.hope))
    return Beliefs(pull, gain, all_of.no_gain, hope, all_of.no_hope, all_of.units, all_of.trust)


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_no_other_slate_is_valued_more_than_the_best(name: str) -> None:
    choice, known = CHOICES[name], beliefs()
    best = choice.value(only(known, choice.best(known, 3)))
    for slate in combinations(range(6), 3):
        other = choice.value(only(known, torch.tensor(slate).expand(40, -1)))
        assert (best >= other - 1e-4).all()


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_what_is_not_there_is_never_chosen(name: str) -> None:
    chosen = CHOICES[name].best(beliefs(there=False), 6)
    assert (chosen[:, :5].sort(dim=1).values == torch.arange(5)).all()
    assert (chosen[:, 5] == -1).all()


def test_one_or_nothing_is_a_mean_over_what_may_be_taken() -> None:
    known = beliefs(rows=1, items=2)
    mass = torch.cat([torch.ones(1), known.pull[0].exp()])
    without = 2 * known.no_gain[0] + 10 * known.no_hope[0]
    each = torch.cat([without[None], without + 2 * known.gain[0] + 10 * known.hope[0]])
    assert OneOrNothing().value(known).item() == pytest.approx(
        ((mass * each).sum() / mass.sum()).item(), rel=1e-5
    )


def test_each_on_its_own_adds_up_over_all_that_could_happen() -> None:
    known = beliefs(rows=1, items=3)
    chance, total = known.pull[0].sigmoid(), 0.0
    for taken in torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 3):
        likely = torch.where(taken > 0, chance, 1 - chance).prod()
        total += (likely * (known.nothing[0] + (taken * known.worth[0]).sum())).item()
    assert EachOnItsOwn().value(known).item() == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "taken", "likely"),
    [
        ("multinomial", [True, False], 2 / (1 + 2 + 3)),
        ("multinomial", [False, False], 1 / (1 + 2 + 3)),
        ("independent", [True, False], (2 / 3 * 1 / 4) ** 0.5),
    ],
)
def test_surprise_is_the_negative_log_likelihood(name: str, taken: list[bool], likely: float) -> None:
    pull = torch.tensor([[2.0, 3.0, 0.0]]).log()
    surprise = CHOICES[name].surprise(pull, torch.tensor([[*taken, False]]))
    assert surprise.item() == pytest.approx(-torch.tensor(likely).log().item(), rel=1e-5)


@pytest.mark.parametrize(("name", "believed"), [("multinomial", 1.0 + 2.5), ("independent", 1.0 + 5.0)])
def test_what_came_is_believed_to_be_what_was_taken(name: str, believed: float) -> None:
    adds, taken = torch.tensor([[2.0, 3.0, 9.0]]), torch.tensor([[True, True, False]])
    assert CHOICES[name].outcome(adds, torch.tensor([1.0]), taken).item() == believed
    nobody = CHOICES[name].outcome(adds, torch.tensor([1.0]), torch.zeros_like(taken))
    assert nobody.item() == 1.0
