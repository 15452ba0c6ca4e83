"""The command line: thin commands over what the same calls do from Python."""

from __future__ import annotations

import json
import os
import sys
import traceback
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from simenv import __version__
from simenv.commands.arguments import Changes, RunPath
from simenv.commands.train import distill, train
from simenv.commands.validate import validate
from simenv.errors import SimenvError, UsageError, unknown_name

app = typer.Typer(
    help="A laboratory where recommenders meet simulated people.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print what the table shows, for programs.")]


@app.command()
def run(
    scenario: Annotated[str | None, typer.Argument(help="A name from `simenv list`, or a YAML file.")] = None,
    changes: Changes = [],  # noqa: B006 - typer reads it, nobody changes it
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many times, each with its own luck.")] = 1,
    out: Annotated[Path | None, typer.Option(help="The run folder; runs/NAME where left out.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Continue the run in this folder.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how long, how many tokens, how much disk.")
    ] = False,
) -> None:
    """Let people and recommenders meet, and show what came of it."""
    from scenarios import estimating, loading, running
    from simenv import drawing, screen

    if resume is not None:
        if scenario or changes or out or dry_run or seeds != 1:
            raise UsageError("A resumed run keeps its scenario and values; write --resume FOLDER alone.")
        with drawing.progress_bar() as bar:
            done = running.resume(resume, watcher=bar)
    elif scenario is None:
        raise UsageError(
            "Expected a scenario to run, found none; `simenv list scenarios` names those that ship."
        )
    elif dry_run:
        screen.say(estimating.estimate(scenario, loading.parse_changes(changes), seeds).sentences())
        return
    else:
        with drawing.progress_bar() as bar:
            done = running.run(scenario, loading.parse_changes(changes), seeds=seeds, out=out, watcher=bar)
    drawing.finished(done)


@app.command("list")
def list_names(
    kind: Annotated[
        str | None,
        typer.Argument(help="scenarios, recommenders, policies, models or datasets; all if left out."),
    ] = None,
) -> None:
    """Name what can be named in a scenario."""
    from scenarios.register import known_names
    from simenv import drawing

    names = known_names()
    if kind is not None and kind not in names:
        raise unknown_name("list", kind, names)
    drawing.names_table(names if kind is None else {kind: names[kind]})


@app.command()
def show(run: RunPath, as_json: Json = False) -> None:
    """Show a run's measures, finished or still running."""
    from simenv import drawing
    from simenv.records.run import Run

    if as_json:
        _print_json(drawing.measures_as_rows(Run(run)))
    else:
        drawing.shown(Run(run))


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(help="One run with several arms, or several runs.")],
    as_json: Json = False,
) -> None:
    """Show what arms and runs do differently to the same people."""
    from simenv import drawing
    from simenv.records.compare import compare as compared
    from simenv.records.run import Run

    found = compared([Run(run) for run in runs])
    if as_json:
        _print_json(drawing.comparisons_as_rows(found))
    else:
        drawing.comparisons(found)


@app.command()
def export(
    run: RunPath,
    format: Annotated[str, typer.Option(help="parquet, recbole or movielens.")],  # noqa: A002
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    arm: Annotated[list[str], typer.Option(help="Only these recommenders; all if left out.")] = [],  # noqa: B006
) -> None:
    """Write the synthetic interactions for other tools."""
    from simenv import screen
    from simenv.records.export import export as exported
    from simenv.records.run import Run

    screen.say([f"Wrote {path}" for path in exported(Run(run), format, out, arm or None)])


@app.command()
def clean(
    runs: Annotated[Path, typer.Argument(help="The folder of runs.")] = Path("runs"),
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
) -> None:
    """Remove runs that failed, were stopped or died."""
    from simenv import screen
    from simenv.records.cleaning import remove, unfinished

    found = unfinished(runs)
    screen.say([f"{run.path}: {run.state}" for run in found] or ["Nothing to remove."])
    if found and (yes or typer.confirm("Remove for good?")):
        remove(found)


@app.command()
def dashboard(
    runs: Annotated[Path, typer.Argument(help="The folder of runs.")] = Path("runs"),
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="8501 or the next free one if left out.")
    ] = None,
    host: Annotated[str, typer.Option(help="Who may connect: this machine alone if left out.")] = "127.0.0.1",
) -> None:
    """Look at runs, and start them, in a browser."""
    from dashboard.launching import launch

    launch(runs, host, port)


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Measure speed and memory on this machine."""
    from scenarios.bench import measure
    from simenv import drawing

    rows = measure(names or [])
    if as_json:
        _print_json(rows)
    else:
        drawing.bench_table(rows)


app.command()(validate)
app.command()(distill)
app.add_typer(train, name="train")


def _print_json(rows: Any) -> None:
    typer.echo(json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"simenv {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """What holds for every command."""
    del version
    _options["debug"] = debug
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


_options = {"debug": False}


def main() -> None:
    """Run a command: exit code 0 when done, 1 when a run failed, 2 when the question cannot be answered."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows another one
    try:
        sys.path.append(os.getcwd())  # last, so that parts of one's own are found and nothing is replaced
        code = app(standalone_mode=False)
    except Exception as problem:
        if _options["debug"]:
            traceback.print_exception(problem)
        code, told = _judged(problem)
        typer.echo(f"simenv: {told}", err=True)
    if code == _INTERRUPTED:
        typer.echo(f"simenv: {_STOPPED}", err=True)
    sys.exit(1 if code == _INTERRUPTED else code)


_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""
_STOPPED = "Stopped at once; a run can be continued with --resume, a training with the same words again."


def _judged(problem: Exception) -> tuple[int, str]:
    """The exit code for an error, and the error in one sentence."""
    from simenv.screen import plain

    message = getattr(
        problem, "format_message", None
    )  # typer's own errors; their class moved between versions
    if message is not None:
        code, told = 2, f"{message()} (`simenv --help` tells more)"
    elif isinstance(problem, SimenvError):
        code, told = (2 if isinstance(problem, UsageError) else 1), str(problem)
    elif isinstance(problem, typer.Abort):
        code, told = 1, "Nothing was done."
    else:
        code, told = 1, f"{type(problem).__name__}: {problem} (`simenv --debug ...` tells more)"
    return code, plain(" ".join(told.split()))
