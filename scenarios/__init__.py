"""Experiments: a question and plain values, in YAML, and the code that builds and runs them."""

from scenarios.running import run

__all__ = ["run"]
