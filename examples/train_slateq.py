"""Train SlateQ on the people of a scenario, then let it meet them beside other recommenders.

python examples/train_slateq.py --steps 100000 --agents 500 --out trained/mine
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scenarios import run
from scenarios.rl.course import Course
from scenarios.rl.training import train
from simenv import drawing


def main() -> None:
    """Train, run, and show the measures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path("trained/mine"))
    wanted = parser.parse_args()
    people = {"agents": wanted.agents, "rounds": 7}
    course = Course(
        scenario="crowd",
        algorithm="slateq",
        values={**people, "retriever": "item_knn", "reward": "watch"},
        steps=wanted.steps,
        envs=min(128, wanted.agents),
    )
    with drawing.training_bar() as bar:
        train(course, wanted.out, bar)
    arms = ["popularity", "item_knn", {"name": "slateq", "use": f"model:{wanted.out}"}]
    drawing.finished(run("crowd", {**people, "recommenders": arms}, out=wanted.out / "run"))


if __name__ == "__main__":
    main()
