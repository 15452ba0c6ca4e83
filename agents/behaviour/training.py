"""Training the behaviour model: reproducible from a seed, resumable, on a CPU or a GPU."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from agents.behaviour.batches import Batch, batches
from agents.behaviour.examples import Writer
from agents.behaviour.lexicon import lexicon
from agents.behaviour.network import Network, Shape
from agents.behaviour.wiring import FACTORS, place_titles, wire
from agents.models.vocabulary import Vocabulary
from agents.prompts import one_line, prompts
from simenv.luck import stream
from simenv.types import Dataset, FloatArray, IntArray, Interactions

VALIDATION_PEOPLE = 300
TITLES_ASKED = 200
"""How many next titles a batch is asked for; all of them would cost more than the rest."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how fast to learn."""

    steps: int = 6000
    warmup: int = 200
    rate: float = 2e-3
    decay: float = 0.05
    title_weight: float = 0.1
    stars_weight: float = 0.5
    seed: int = 0
    save_every: int = 250


@dataclass
class Lesson:
    """One data set's part in the training: its writer, its ratings, and who learns and who is kept apart."""

    writer: Writer
    ratings: Interactions
    learners: IntArray
    validation: IntArray

    @classmethod
    def of(cls, dataset: Dataset, whole: Vocabulary, plain: Vocabulary, seed: int, apart: int) -> Lesson:
        """Keep ``apart`` people for validation; item statistics come from the learners alone."""
        ratings = joined(dataset)
        order = (
            stream(seed, f"behaviour-people-{dataset.name}").order(np.arange(ratings.users)).astype(np.int32)
        )
        validation, learners = np.sort(order[:apart]), np.sort(order[apart:])
        known = ratings.where(np.isin(ratings.user, learners))
        writer = Writer(dataset, known, whole, plain, np.random.default_rng([seed, len(dataset.name)]))
        return cls(writer, ratings, learners, validation)


class Trainer:
    """Everything that learning needs, and can be stopped and resumed at a step."""

    def __init__(self, datasets: Sequence[Dataset], plan: Plan, folder: Path) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.folder = plan, folder
        self.whole, self.plain = lexicon(datasets)
        self.lessons = [
            Lesson.of(d, self.whole, self.plain, plan.seed, VALIDATION_PEOPLE if d is datasets[0] else 0)
            for d in datasets
        ]
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = Network(Shape(vocabulary=len(self.whole)))
        self._start_from_factors(datasets)
        self.network.to(self.device)
        self.answers = Answers(self.whole, self.device)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=plan.decay
        )
        self.step = self.epoch = 0

    def run(self) -> Iterator[dict[str, float]]:
        """Train to the end of the plan; yields the losses of each step."""
        self._resume()
        while self.step < self.plan.steps:
            skip = self.step - self.epoch_start
            for batch in self._epoch(skip):
                yield self._learn(batch.to(self.device))
                self.step += 1
                if self.step % self.plan.save_every == 0 or self.step == self.plan.steps:
                    self.save()
                if self.step == self.plan.steps:
                    return
            self.epoch += 1
            self.epoch_start = self.step

    epoch_start = 0

    def save(self) -> None:
        """Write a checkpoint, whole: weights and moments as safetensors, counters as JSON."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"weight.{n}": p.detach().cpu().contiguous() for n, p in self.network.named_parameters()}
        for name, parameter in self.network.named_parameters():
            for moment in ("exp_avg", "exp_avg_sq"):
                tensors[f"{moment}.{name}"] = self.optimiser.state[parameter][moment].cpu().contiguous()
        counters = {"step": self.step, "epoch": self.epoch, "epoch_start": self.epoch_start}
        save_file(tensors, self.folder / "new.safetensors", {"counters": json.dumps(counters)})
        os.replace(self.folder / "new.safetensors", self.folder / "checkpoint.safetensors")
        (self.folder / "training.json").write_text(
            json.dumps({"plan": asdict(self.plan), "shape": asdict(self.network.shape), **counters}, indent=1)
        )

    def _epoch(self, skip: int) -> Iterator[Batch]:
        """The batches of an epoch, the first ``skip`` left out; luck depends on seed and epoch alone."""
        rng = np.random.default_rng([self.plan.seed, self.epoch])
        examples = []
        for lesson in self.lessons:
            lesson.writer.rng = rng
            examples += list(lesson.writer.epoch(lesson.ratings, lesson.learners))
        for index, batch in enumerate(batches(examples, rng)):
            if index >= skip:
                yield batch

    def _learn(self, batch: Batch) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate * self._pace()
        losses = self._losses(batch)
        plan = self.plan
        total = losses["watch"] + plan.stars_weight * losses["stars"]
        total = total + 0.2 * losses["leave"] + plan.title_weight * losses["titles"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        hidden = self.network(batch.tokens, batch.position, batch.mask())
        answers = self.answers
        generator = torch.Generator().manual_seed(self.step)
        asked = torch.randperm(len(batch.titles), generator=generator)[:TITLES_ASKED].to(self.device)
        titles = batch.titles[asked]
        leave = self._scores(hidden, batch.leave, answers.leave)
        return {
            "watch": functional.cross_entropy(
                self._scores(hidden, batch.watch, answers.watch), answers.index(batch.watch, answers.watch)
            ),
            "stars": functional.cross_entropy(
                self._scores(hidden, batch.stars, answers.stars), answers.index(batch.stars, answers.stars)
            ),
            "leave": functional.binary_cross_entropy_with_logits(
                leave[:, 1] - leave[:, 0], batch.leave_chance
            ),
            "titles": functional.cross_entropy(
                self.network.logits(hidden[titles[:, 0], titles[:, 1]]), titles[:, 2]
            ),
        }

    def _scores(self, hidden: Tensor, asked: Tensor, options: Tensor) -> Tensor:
        """Logits of the options where answers are due: (answers, options)."""
        return functional.linear(hidden[asked[:, 0], asked[:, 1]], self.network.embed.weight[options])

    def _pace(self) -> float:
        """Warm-up, then a cosine to a twentieth."""
        if self.step < self.plan.warmup:
            return (self.step + 1) / self.plan.warmup
        done = (self.step - self.plan.warmup) / max(1, self.plan.steps - self.plan.warmup)
        return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done))

    def _resume(self) -> None:
        path = self.folder / "checkpoint.safetensors"
        if not path.exists():
            return
        tensors = load_file(path)
        counters = json.loads((self.folder / "training.json").read_text())
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(tensors[f"weight.{name}"])
                self.optimiser.state[parameter] = {
                    "step": torch.tensor(float(counters["step"])),
                    "exp_avg": tensors[f"exp_avg.{name}"].to(self.device),
                    "exp_avg_sq": tensors[f"exp_avg_sq.{name}"].to(self.device),
                }
        self.step, self.epoch = counters["step"], counters["epoch"]
        self.epoch_start = counters["epoch_start"]

    def _start_from_factors(self, datasets: Sequence[Dataset]) -> None:
        """Let the network begin as a factor model of the learners' ratings."""
        for dataset, lesson in zip(datasets, self.lessons, strict=True):
            learned = lesson.ratings.where(np.isin(lesson.ratings.user, lesson.learners))
            ids = [self.whole[f"\n{one_line(title)}".encode()] for title in dataset.catalog.titles]
            place_titles(self.network, ids, torch.from_numpy(item_factors(learned, FACTORS)))
        no, yes = (self.whole.encode(option)[0] for option in prompts()["watch"]["options"])
        wire(self.network, no, yes)


class Answers:
    """Token numbers of the allowed answers."""

    def __init__(self, vocabulary: Vocabulary, device: torch.device) -> None:
        words = prompts()

        def tokens(question: str) -> Tensor:
            spelled = [vocabulary.encode(option) for option in words[question]["options"]]
            return torch.tensor([ids[0] for ids in spelled], device=device)

        self.watch, self.stars, self.leave = tokens("watch"), tokens("stars"), tokens("leave")

    @staticmethod
    def index(asked: Tensor, options: Tensor) -> Tensor:
        """Which of the options each answer is: int64 (answers,)."""
        return (asked[:, 2:] == options[None, :]).to(torch.int64).argmax(1)


def joined(dataset: Dataset) -> Interactions:
    """All ratings of a data set, held out or not: training keeps whole people apart, not ratings."""
    train, test = dataset.train, dataset.test
    return Interactions(
        np.concatenate([train.user, test.user]),
        np.concatenate([train.item, test.item]),
        np.concatenate([train.rating, test.rating]),
        np.concatenate([train.time, test.time]),
        train.users,
        train.items,
    )


def item_factors(ratings: Interactions, factors: int) -> FloatArray:
    """Directions of items in the factors of the row-normalised binary matrix (PureSVD).

    Returns:
        float32 (items, factors), centred, each row with a mean square of 1 (0 for items nobody rated).
    """
    seen = np.ones(len(ratings), dtype=np.float64)
    matrix = scipy.sparse.csr_array(
        (seen, (ratings.user, ratings.item)), shape=(ratings.users, ratings.items)
    )
    size = np.sqrt(np.maximum(matrix.sum(axis=1), 1))
    start = stream(0, "factors").uniform(np.arange(min(matrix.shape))).astype(np.float64)
    _, values, items = scipy.sparse.linalg.svds(matrix / size[:, None], k=factors, v0=start)
    scaled = (items * np.sqrt(values)[:, None]).T
    rated = np.bincount(ratings.item, minlength=ratings.items) > 0
    scaled -= scaled[rated].mean(axis=0)
    size = np.sqrt((scaled**2).mean(axis=1, keepdims=True))
    return np.where(rated[:, None], scaled / np.maximum(size, 1e-12), 0).astype(np.float32)
