"""Who sees whom: a branch sees the profile and itself, as it will when agents are asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; it is needed only for training")

from agents.behaviour.batches import Batch, batches, padded  # noqa: E402
from agents.behaviour.examples import Example  # noqa: E402
from tests.agents.behaviour import tiny  # noqa: E402


def changed(batch: Batch, segment: int) -> Batch:
    """The same batch with other tokens in one segment of every example."""
    other = torch.where(batch.segment == segment, (batch.tokens + 17) % 300, batch.tokens)
    return replace(batch, tokens=other)


def test_a_branch_does_not_see_the_other_branches() -> None:
    batch = tiny.batch()
    before, after = tiny.hidden(batch), tiny.hidden(changed(batch, 2))
    here = batch.segment == 2
    assert here.any(dim=1).all()
    torch.testing.assert_close(after[~here], before[~here], rtol=0, atol=1e-6)
    assert ((after - before)[here].abs().amax(dim=1) > 1e-3).all()


def test_every_branch_sees_the_profile() -> None:
    batch = tiny.batch()
    before, after = tiny.hidden(batch), tiny.hidden(changed(batch, 0))
    branches = batch.segment > 0
    assert ((after - before)[branches].abs().amax(dim=1) > 1e-3).all()


def test_nothing_sees_what_comes_later() -> None:
    example = tiny.examples()[0]
    half = len(example.tokens) // 2
    batch = padded([example])
    later = torch.where(torch.arange(len(example.tokens)) >= half, (batch.tokens + 17) % 300, batch.tokens)
    before, after = tiny.hidden(batch), tiny.hidden(replace(batch, tokens=later))
    torch.testing.assert_close(after[:, :half], before[:, :half], rtol=0, atol=1e-6)


def test_a_branch_is_worth_what_it_is_as_a_prompt_of_its_own() -> None:
    example = tiny.examples()[1]
    together = tiny.hidden(padded([example]))[0]
    for number in (1, 4, max(example.segment)):
        places = [at for at, segment in enumerate(example.segment) if segment in (0, number)]
        alone = Example([example.tokens[at] for at in places], [0] * len(places), list(range(len(places))))
        torch.testing.assert_close(tiny.hidden(padded([alone]))[0], together[places], rtol=1e-4, atol=1e-4)


def test_padding_changes_nothing() -> None:
    lengths = [len(example.tokens) for example in tiny.examples()]
    short, long = (tiny.examples()[int(place)] for place in (np.argmin(lengths), np.argmax(lengths)))
    assert len(short.tokens) < len(long.tokens)
    alone, beside = tiny.hidden(padded([short]))[0], tiny.hidden(padded([short, long]))[0]
    torch.testing.assert_close(beside[: len(short.tokens)], alone, rtol=1e-5, atol=1e-5)
    assert torch.isfinite(beside).all()


def test_every_example_is_in_one_batch_and_no_batch_is_much_too_long() -> None:
    found = list(batches(tiny.examples(), 1200, np.random.default_rng(0)))
    assert sum(len(batch.tokens) for batch in found) == len(tiny.examples())
    assert len(found) > 1
    for batch in found:
        assert batch.tokens.numel() <= 1200 or len(batch.tokens) == 1
    answers = sum(len(batch.watch) for batch in found)
    assert answers == sum(len(example.watch) for example in tiny.examples())


def test_answers_point_into_their_own_example() -> None:
    batch = tiny.batch(5)
    for row, example in enumerate(tiny.examples()[:5]):
        for name in ("watch", "stars", "titles"):
            mine = [tuple(triple[1:]) for triple in getattr(batch, name).tolist() if triple[0] == row]
            assert mine == getattr(example, name)
    assert batch.leave_chance.tolist() == pytest.approx([e.leave[0][1] for e in tiny.examples()[:5]])
