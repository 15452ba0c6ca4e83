"""The commands ``simenv train`` and ``simenv distill``: thin, as all commands are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simenv.commands.arguments import Changes, RunPath

train = typer.Typer(rich_markup_mode=None)


@train.callback(invoke_without_command=True)
def recommender(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Option(help="Whose people to learn from, or a world such as LongTermSatisfaction-v0.")
    ] = "crowd",
    algorithm: Annotated[
        str, typer.Option(help="a2c, dqn, linucb, maskable_ppo, ppo, slateq or thompson.")
    ] = "slateq",
    changes: Changes = [],  # noqa: B006 - typer reads it, nobody changes it
    steps: Annotated[int, typer.Option(min=1, help="How many pages to learn from.")] = 200_000,
    envs: Annotated[int, typer.Option(min=1, help="How many people at a time.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Of its luck.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="The folder of the training; one that was begun is gone on with.")
    ] = None,
) -> None:
    """Train a recommender, or the model that people think with."""
    if context.invoked_subcommand is not None:
        return
    from scenarios import loading
    from scenarios.rl import teaching
    from simenv import drawing, screen

    values = loading.parse_changes(changes)
    plan = {"values": values, "steps": steps, "envs": envs, "seed": seed}
    with drawing.training_bar() as bar:
        taught = teaching.teach(scenario, algorithm, plan, out, bar)
    screen.say(taught.sentences())
    screen.say_whole(taught.next_steps())


@train.command()
def behaviour(
    out: Annotated[
        Path, typer.Option(help="The folder of the training; one that was begun is gone on with.")
    ],
    steps: Annotated[int, typer.Option(min=1, help="How many batches to learn from.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of its luck.")] = 0,
) -> None:
    """Train the model that people think with, and measure it."""
    from scenarios import training
    from simenv import drawing, screen

    with drawing.training_bar() as bar:
        card = training.train_behaviour(training.DATA, training.Plan(steps=steps, seed=seed), out, bar)
    screen.say(training.card_in_words(card, out))


def distill(
    run: RunPath,
    out: Annotated[Path | None, typer.Option(help="The folder; surrogates/RUN where left out.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="How many batches to learn from.")] = 3000,
    seed: Annotated[int, typer.Option(min=0, help="Of its luck.")] = 0,
) -> None:
    """Make users that decide like a run's, at light speed."""
    from scenarios import distilling
    from simenv import screen

    folder = out or Path("surrogates") / run.resolve().name
    screen.say(distilling.in_words(distilling.distill(run, folder, steps, seed), folder))
