"""Training: the same from the same seed, stopped or not; the file that comes of it says what torch says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; it is needed only for training")

from agents.behaviour.checkpoint import Checkpoint  # noqa: E402
from agents.behaviour.export import export  # noqa: E402
from agents.behaviour.lexicon import lexicon  # noqa: E402
from agents.behaviour.plan import Plan  # noqa: E402
from agents.behaviour.training import Trainer  # noqa: E402
from agents.models.llama_cpp import LlamaCppModel  # noqa: E402
from agents.population import people  # noqa: E402
from agents.profile import describe  # noqa: E402
from agents.questions import Branches, opening, page_words  # noqa: E402
from simenv.errors import UsageError  # noqa: E402
from simenv.words import Question  # noqa: E402
from tests.agents.behaviour import tiny  # noqa: E402
from tests.agents.behaviour.small import FILMS, PLAN, village  # noqa: E402

LONG = replace(PLAN, steps=18, save_every=9)
"""Reaches into a second epoch."""


def trainer(folder: Path, plan: Plan = PLAN) -> Trainer:
    return Trainer([village()], plan, folder, tiny.SHAPE)


def trained(folder: Path, plan: Plan = PLAN) -> Checkpoint:
    """The checkpoint at the end of a plan."""
    for _ in trainer(folder, plan).run():
        pass
    return at_end(folder)


def at_end(folder: Path) -> Checkpoint:
    found = Checkpoint.load(folder)
    assert found is not None
    return found


def same(left: Checkpoint, right: Checkpoint) -> None:
    assert (left.step, left.epoch, left.epoch_start) == (right.step, right.epoch, right.epoch_start)
    assert set(left.tensors) == set(right.tensors)
    for name, tensor in left.tensors.items():
        assert tensor.tobytes() == right.tensors[name].tobytes(), name


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    first, again = (trained(tmp_path / name) for name in ("first", "again"))
    same(first, again)
    other = trained(tmp_path / "other", replace(PLAN, seed=1))
    assert other.tensors["weight.embed.weight"].tobytes() != first.tensors["weight.embed.weight"].tobytes()


@pytest.mark.parametrize("plan", [PLAN, LONG])
def test_a_training_that_was_stopped_and_resumed_is_one_that_never_stopped(
    tmp_path: Path, plan: Plan
) -> None:
    whole = trained(tmp_path / "whole", plan)
    stopped = trainer(tmp_path / "stopped", plan)
    # stopped a step after the last checkpoint: what was learned since is learned again
    assert len(list(islice(stopped.run(), plan.save_every + 1))) == plan.save_every + 1
    assert at_end(tmp_path / "stopped").step == plan.save_every
    resumed = trainer(tmp_path / "stopped", plan)
    assert resumed.step == plan.save_every
    assert len(list(resumed.run())) == plan.steps - plan.save_every
    same(at_end(tmp_path / "stopped"), whole)


def test_the_longer_plan_is_stopped_in_one_epoch_and_resumed_into_another(tmp_path: Path) -> None:
    learner = trainer(tmp_path, LONG)
    epochs = [learner.epoch for _ in learner.run()]
    assert epochs[LONG.save_every - 1] == 0 < epochs[-1]


def test_a_training_that_is_over_has_nothing_left_to_do(tmp_path: Path) -> None:
    before = trained(tmp_path)
    assert list(trainer(tmp_path).run()) == []
    same(at_end(tmp_path), before)


def test_training_does_not_touch_the_luck_of_others(tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    trained(tmp_path)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("plan", lambda folder: Trainer([village()], replace(PLAN, steps=7), folder, tiny.SHAPE)),
        ("data", lambda folder: Trainer([village(31)], PLAN, folder, tiny.SHAPE)),
        ("shape", lambda folder: Trainer([village()], PLAN, folder, replace(tiny.SHAPE, hidden=320))),
    ],
)
def test_another_training_cannot_go_on_in_the_same_folder(tmp_path: Path, part: str, other: object) -> None:
    trainer(tmp_path)
    assert callable(other)
    with pytest.raises(UsageError, match=f"Expected the {part} that the training in .* began with"):
        other(tmp_path)


def test_losses_fall(tmp_path: Path) -> None:
    plan = replace(PLAN, steps=40, save_every=100, rate=2e-3, writer_rate=2e-3, token_rate=2e-3)
    losses = list(trainer(tmp_path, plan).run())
    for name in ("watch", "stars", "titles"):
        first, last = (np.mean([loss[name] for loss in part]) for part in (losses[:5], losses[-5:]))
        assert last < first, name
    assert all(np.isfinite(list(loss.values())).all() for loss in losses)


def test_nobody_with_a_history_is_no_trouble(tmp_path: Path) -> None:
    train = village().train
    one_each = np.unique(train.user, return_index=True)[1]
    lonely = replace(village(), train=train.where(one_each), test=train.where(one_each[:0]))
    for losses in Trainer([lonely], PLAN, tmp_path, tiny.SHAPE).run():
        assert np.isfinite(list(losses.values())).all()


def test_before_any_training_a_film_like_those_of_the_profile_is_wanted_more(tmp_path: Path) -> None:
    network = trainer(tmp_path).network
    batch = tiny.batch(12)
    with torch.no_grad():
        hidden = network(batch.tokens, batch.position, batch.mask())
        yes = trainer(tmp_path).answers.watch
        logits = hidden[batch.watch[:, 0], batch.watch[:, 1]] @ network.embed.weight[yes].T
    wanted = (logits[:, 1] - logits[:, 0]).numpy()
    rated = batch.watch[:, 2].numpy() == int(yes[1])
    assert wanted[rated].mean() > wanted[~rated].mean()


@pytest.mark.parametrize(("kind", "tolerance"), [("F16", 0.003), ("Q8_0", 0.05)])
def test_the_exported_file_gives_the_networks_probabilities(
    tmp_path: Path, kind: str, tolerance: float
) -> None:
    learner = trainer(tmp_path, replace(PLAN, steps=30, save_every=30))
    for _ in learner.run():
        pass
    export(tmp_path, tmp_path / "model.gguf", [village()], kind)
    with LlamaCppModel(tmp_path / "model.gguf", threads=1) as model:
        said = [np.exp(answer) for answer in model.choose(questions())]
    expected = [by_torch(learner, question) for question in questions()]
    assert np.std([chances[1] for chances in expected[::2]]) > 0.01
    for ours, theirs in zip(said, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=tolerance)


def questions() -> list[Question]:
    """What some people of the village are asked about some films: watch it, and stars."""
    catalog, chosen = village().catalog, np.arange(5, dtype=np.int32)
    taste = np.zeros((5, 0), dtype=np.float32)
    population, branches = people(catalog, village().users, village().train, chosen, taste), Branches(catalog)
    return [
        Question(opening("film"), describe(population, row, catalog), page_words(""), words, options)
        for row in range(5)
        for item in range(0, FILMS, 9)
        for words, options in branches[item]
    ]


def by_torch(learner: Trainer, question: Question) -> Sequence[float]:
    """The probabilities of a question's options, from the network that was trained."""
    whole, _ = lexicon([village()])
    words = (question.shared, question.persona, question.page, question.branch)
    tokens = torch.tensor([[token for text in words for token in whole.encode(text)]])
    length = tokens.shape[1]
    causal = torch.ones(1, length, length, dtype=torch.bool).tril()
    options = [whole.encode(option)[0] for option in question.options]
    with torch.no_grad():
        last = learner.network(tokens, torch.arange(length)[None], causal)[0, -1]
        return torch.softmax(learner.network.logits(last)[options], 0).tolist()


def test_what_was_not_trained_cannot_be_exported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Expected the folder of a training with a training\.json"):
        export(tmp_path, tmp_path / "model.gguf", [village()])
    trainer(tmp_path)
    with pytest.raises(UsageError, match="Expected a checkpoint to export"):
        export(tmp_path, tmp_path / "model.gguf", [village()])
    assert not (tmp_path / "model.gguf").exists()
