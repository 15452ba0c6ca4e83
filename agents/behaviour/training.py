"""Training the behaviour model: reproducible from a seed, resumable, on a CPU or a GPU."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from agents.behaviour.batches import Batch, batches
from agents.behaviour.beginning import begin, known_tokens
from agents.behaviour.checkpoint import Checkpoint, claim
from agents.behaviour.examples import Writer
from agents.behaviour.lexicon import lexicon
from agents.behaviour.network import EMBEDDED, Network, Shape
from agents.behaviour.plan import Plan, lessons
from agents.models.vocabulary import Vocabulary
from agents.prompts import prompts
from simenv.types import Dataset

TITLES_ASKED = 200
"""How many next titles a batch is asked for; all of them would cost more than the rest."""
WRITERS = ("out.weight", "down.weight")
"""What adds to a token. The head start is written there in small numbers, and a step of Adam is as large as
its rate whatever the gradient: at the others' rate, noise would wipe it out before anything is learned."""
_MOMENTS = ("exp_avg", "exp_avg_sq")


class Trainer:
    """Everything that learning needs; it goes on where the last checkpoint of its folder was.

    The same data, plan and shape give the same weights, stopped and resumed or not, on one machine with one
    number of threads.

    Args:
        datasets: what is learned from; people of the first are kept apart for validation.
        folder: for the checkpoint.

    Raises:
        UsageError: another training was begun in the folder.
    """

    def __init__(
        self, datasets: Sequence[Dataset], plan: Plan, folder: Path, shape: Shape = EMBEDDED
    ) -> None:
        data = {dataset.name: dataset.sha256 for dataset in datasets}
        claim(folder, {"plan": asdict(plan), "shape": asdict(shape), "data": data})
        self.plan, self.folder = plan, folder
        self.step = self.epoch = self.epoch_start = 0
        whole, plain = lexicon(datasets)
        self.first_title = len(plain)
        parts = lessons(datasets, plan)
        self.writers = [Writer(part, whole, plain) for part in parts]
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        last = Checkpoint.load(folder)
        if last is None:
            network, shift = begin(parts, whole, shape, self.first_title)
        else:
            network, shift = Network(shape, len(whole)), torch.from_numpy(last.tensors["shift"])
        self.network, self.shift = network.to(self.device), shift.to(self.device)
        self.pace = torch.ones(len(whole), 1, device=self.device)
        self.pace[known_tokens(parts, whole, self.first_title)] = plan.known_pace
        self.answers = Answers(whole, self.device)
        self.optimiser = _optimiser(self.network, plan)
        if last is not None:
            self._resume(last)

    def run(self) -> Iterator[dict[str, float]]:
        """Train to the end of the plan; yields the losses of each step when it is done."""
        while self.step < self.plan.steps:
            for batch in self._epoch(self.step - self.epoch_start):
                losses = self._learn(batch.to(self.device))
                self.step += 1
                if self.step % self.plan.save_every == 0 or self.step == self.plan.steps:
                    self.save()
                yield losses
                if self.step == self.plan.steps:
                    return
            self.epoch += 1
            self.epoch_start = self.step

    def save(self) -> None:
        """Write a checkpoint, whole."""
        tensors = {"shift": self.shift.cpu().numpy()}
        for name, parameter in self.network.named_parameters():
            tensors[f"weight.{name}"] = parameter.detach().cpu().numpy()
            for moment in _MOMENTS:
                tensors[f"{moment}.{name}"] = self.optimiser.state[parameter][moment].cpu().numpy()
        Checkpoint(tensors, self.step, self.epoch, self.epoch_start).save(self.folder)

    def _resume(self, last: Checkpoint) -> None:
        self.step, self.epoch, self.epoch_start = last.step, last.epoch, last.epoch_start
        for name, parameter in self.network.named_parameters():
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(last.tensors[f"weight.{name}"]))
            moments = {m: torch.from_numpy(last.tensors[f"{m}.{name}"]).to(self.device) for m in _MOMENTS}
            self.optimiser.state[parameter] = {"step": torch.tensor(float(last.step)), **moments}

    def _epoch(self, skip: int) -> Iterator[Batch]:
        """The batches of an epoch, the first ``skip`` left out; luck depends on seed and epoch alone."""
        rng = np.random.default_rng([self.plan.seed, self.epoch])
        examples = [example for writer in self.writers for example in writer.epoch(rng)]
        for index, batch in enumerate(batches(examples, self.plan.batch_tokens, rng)):
            if index >= skip:
                yield batch

    def _learn(self, batch: Batch) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = group["initial_lr"] * self._pace()
        plan, losses = self.plan, self._losses(batch)
        total = losses["watch"] + plan.stars_weight * losses["stars"]
        total = total + plan.leave_weight * losses["leave"] + plan.title_weight * losses["titles"]
        total = total + plan.twin_weight * losses["twins"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._move()
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _move(self) -> None:
        """A step of the optimiser, of which tokens take only a part that begin as what is known of them."""
        with torch.no_grad():
            tokens = self.network.embed.weight
            before = tokens.clone()
            self.optimiser.step()
            tokens.lerp_(before, 1 - self.pace)

    def _losses(self, batch: Batch) -> Mapping[str, Tensor]:
        hidden = self.network(batch.tokens, batch.position, batch.mask(), self._shift(batch))
        generator = torch.Generator().manual_seed(self.step)
        asked = torch.randperm(len(batch.titles), generator=generator)[:TITLES_ASKED].to(self.device)
        titles, options = batch.titles[asked], self.answers
        leave = self._scores(hidden, batch.leave, options.leave)
        told = self.network.logits(hidden[titles[:, 0], titles[:, 1]])
        return {
            "watch": self._surprise(hidden, batch.watch, options.watch),
            "stars": self._surprise(hidden, batch.stars, options.stars),
            "leave": functional.binary_cross_entropy_with_logits(
                leave[:, 1] - leave[:, 0], batch.leave_chance
            ),
            "twins": self._disagreement(hidden, batch.watch_twins, options.watch)
            + self._disagreement(hidden, batch.stars_twins, options.stars),
            # a mean of nothing is no number: where no title is told, there is nothing to learn
            "titles": functional.cross_entropy(told, titles[:, 2], reduction="sum") / max(1, len(titles)),
        }

    def _shift(self, batch: Batch) -> Tensor:
        """What makes of each title what it says without the ratings of the person who is asked."""
        title = (batch.tokens - self.first_title + 1).clamp(min=0)
        return self.shift[batch.fold[:, None], title]

    def _disagreement(self, hidden: Tensor, twins: Tensor, options: Tensor) -> Tensor:
        """Divergence of the second twin's answer from that of the first, which does not learn from it."""
        plain, again = (self._scores(hidden, twins[:, (0, at)], options).log_softmax(1) for at in (1, 2))
        apart = functional.kl_div(again, plain.detach(), reduction="sum", log_target=True)
        return apart / max(1, len(twins))

    def _surprise(self, hidden: Tensor, asked: Tensor, options: Tensor) -> Tensor:
        """Cross entropy of the answers among the options."""
        answers = (asked[:, 2:] == options[None, :]).to(torch.int64).argmax(1)
        return functional.cross_entropy(self._scores(hidden, asked, options), answers)

    def _scores(self, hidden: Tensor, asked: Tensor, options: Tensor) -> Tensor:
        """Logits of the options where answers are due: (answers, options)."""
        return functional.linear(hidden[asked[:, 0], asked[:, 1]], self.network.embed.weight[options])

    def _pace(self) -> float:
        """Warm-up, then a cosine to a twentieth."""
        if self.step < self.plan.warmup:
            return (self.step + 1) / self.plan.warmup
        done = (self.step - self.plan.warmup) / max(1, self.plan.steps - self.plan.warmup)
        return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done))


def _optimiser(network: Network, plan: Plan) -> torch.optim.AdamW:
    """AdamW; tokens, most of which are rarely met, do not decay."""
    named = dict(network.named_parameters())
    tokens = named.pop("embed.weight")
    writers = [named.pop(name) for name in [*named] if name.endswith(WRITERS)]
    return torch.optim.AdamW(
        [
            {"params": [tokens], "initial_lr": plan.token_rate, "weight_decay": 0.0},
            {"params": writers, "initial_lr": plan.writer_rate, "weight_decay": plan.decay},
            {"params": list(named.values()), "initial_lr": plan.rate, "weight_decay": plan.decay},
        ],
        lr=plan.rate,
        betas=(0.9, 0.98),
    )


class Answers:
    """Token numbers of the allowed answers: int64 (options,) each."""

    def __init__(self, vocabulary: Vocabulary, device: torch.device) -> None:
        words = prompts()

        def tokens(question: str) -> Tensor:
            spelled = [vocabulary.encode(option) for option in words[question]["options"]]
            return torch.tensor([ids[0] for ids in spelled], device=device)

        self.watch, self.stars, self.leave = tokens("watch"), tokens("stars"), tokens("leave")
