"""From a run of language users to a surrogate that decides as they do, at light speed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.surrogate.gap import Gap
from agents.surrogate.policy import Surrogate
from agents.surrogate.sight import Sight
from agents.taste_policy import TastePolicy
from scenarios.building import Lab
from scenarios.loading import checked
from scenarios.logged import Page, pages
from scenarios.surrogates import Saved
from scenarios.users import THINKING
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.records.run import Run
from simenv.types import NOTHING, Action, BoolArray

_KEPT_APART = 0.2
"""Share of the people whose decisions are not learned from, to see how far the surrogate is from them."""


def distill(path: Path, out: Path, steps: int = 3000, seed: int = 0) -> dict[str, Any]:
    """Distill a surrogate from a run's language users; ``users="surrogate"`` names it from then on.

    Args:
        path: the run folder.
        out: the folder of the surrogate.
        steps: batches to learn from.
        seed: of the learning's luck.

    Returns:
        What it says of itself: ``gap`` among it, on people whose decisions it did not learn from.

    Raises:
        UsageError: too few in the run think, its data have changed, or torch is missing.
    """
    try:
        from agents.surrogate.learning import Examples, distilled
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"Expected torch to distill with, found no module {missing.name!r}; install it with: "
            "pip install 'simenv[rl]'."
        ) from missing
    logged = Logged.of(Run(path))
    parts = [logged.examples(page, logged.thinking & ~logged.apart) for page in logged.pages()]
    learned = distilled(Examples.joined(parts), steps, seed)
    gap = Gap()
    for page in logged.pages():
        gap.add(*logged.both(page, Surrogate(logged.sight, learned, logged.lab.decision(page.seed))))
    about = {**logged.about(), "steps": steps, "seed": seed, "gap": gap.value()}
    Saved(about, learned).write(out)
    return about


@dataclass(frozen=True)
class Logged:
    """A run of language users, and what a surrogate would have seen of it.

    Args:
        lab: the same people, light.
        thinking: bool (agents,), who thinks.
        apart: bool (agents,), who is kept apart.
    """

    run: Run
    lab: Lab
    sight: Sight
    thinking: BoolArray
    apart: BoolArray

    @classmethod
    def of(cls, run: Run) -> Logged:
        """From a run folder.

        Raises:
            UsageError: too few in the run think, or its data have changed.
        """
        scenario = checked(run.manifest["scenario"])
        if scenario.users not in ("language", "mixed"):
            raise UsageError(
                f"Expected a run with language users to distill, found users {scenario.users!r} in "
                f"{run.path}; run a scenario with --set users=language first."
            )
        lab = Lab.of(scenario.model_copy(update={"users": "taste", "recommenders": []}))
        if lab.dataset.sha256 != run.manifest["dataset"]["sha256"]:
            raise UsageError(
                f"Expected the data set {scenario.dataset!r} as the run in {run.path} had it, found other "
                "content; bring the first one back, or run again."
            )
        policy = lab.minds.policy(lab.decision(0))
        assert isinstance(policy, TastePolicy)  # noqa: S101 - light users are
        sight = Sight(policy.items, lab.population, lab.dataset.catalog)
        cohort = np.zeros(len(lab.population), dtype=np.int8)
        known = run.agents.to_pydict()
        cohort[known["user"]] = known["cohort"]
        thinking = cohort == (THINKING if scenario.users == "mixed" else 0)
        apart = stream(0, "surrogate.apart").uniform(lab.population.user) < _KEPT_APART
        if not (thinking & apart).any() or not (thinking & ~apart).any():
            raise UsageError(
                "Expected people who think to learn from, and others to compare with, found "
                f"{int(thinking.sum())} in {run.path}; run the scenario with more agents."
            )
        return cls(run, lab, sight, thinking, apart)

    def pages(self) -> Iterator[Page]:
        """Every page of every world."""
        return pages(self.run, len(self.lab.population), self.lab.scenario.window)

    def examples(self, page: Page, whose: BoolArray) -> Any:
        """What is learned from one page of some people."""
        from agents.surrogate.learning import Examples

        mine = whose[page.slate.visit.rows]
        shown = (page.slate.items != NOTHING) & mine[:, None]
        decision, response = self.lab.decision(page.seed), page.response
        affinity = decision.wanting(page.slate, page.recall, response.chance)
        return Examples(
            self.sight.pairs(page.slate, page.recall)[shown],
            affinity[shown],
            response.expected[shown],
            response.rating[shown],
            self.sight.leaving(page.slate, page.recall, response)[mine],
            (response.action == Action.LEAVE)[mine],
        )

    def both(self, page: Page, surrogate: Surrogate) -> tuple[Any, Any]:
        """What people who were kept apart did on a page, and what the surrogate does."""
        mine = np.flatnonzero((self.thinking & self.apart)[page.slate.visit.rows])
        some = page.only(mine)
        return some.response, surrogate.decide(some.slate, some.recall)

    def about(self) -> dict[str, Any]:
        """Where a surrogate comes from."""
        manifest = self.run.manifest
        scenario = manifest["scenario"]
        llama = {key: scenario[key] for key in ("model", "base_rate", "choice")}
        return {"run": self.run.name, "dataset": manifest["dataset"], "language": llama}


def in_words(about: dict[str, Any], out: Path) -> list[str]:
    """What a person wants to know of a surrogate that was distilled."""
    gap = about["gap"]
    return [
        "Beside language users from whom it did not learn: the same decision about "
        f"{gap['agreement']:.1%} of the items, {gap['explained']:.0%} of what tells their chances apart, "
        f"chances off by {gap['calibration']:.3f}, {gap['reward']:+.2f} items watched a page.",
        f"Wrote {out}; name it with --set users=surrogate --set model={out}.",
    ]
