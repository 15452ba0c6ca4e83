"""The words that a chat model wants around what is said to it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from simenv.errors import UsageError

_SAID = "\ue000said\ue000"
"""Stands for what is said: private characters, so no template contains them."""


def around(template: str, bos: str, eos: str) -> tuple[str, str]:
    """What a chat template puts before one user message, and between it and the assistant's answer.

    Args:
        template: Jinja, from a model file: it runs in a sandbox.
        bos, eos: the texts of the model's beginning and end tokens.

    Raises:
        UsageError: the template cannot be rendered, or does not show the message exactly once.
    """
    from jinja2 import TemplateError
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # the names and filters that transformers gives to chat templates; without strftime_now, which would
    # make the prompt depend on the day, templates fall back to a fixed date
    sandbox = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    sandbox.filters["tojson"] = _to_json
    try:
        text = sandbox.from_string(template).render(
            messages=[{"role": "user", "content": _SAID}],
            add_generation_prompt=True,
            enable_thinking=False,
            bos_token=bos,
            eos_token=eos,
            tools=None,
            documents=None,
            raise_exception=_refuse,
        )
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise UsageError(
            f"Expected a chat template that shows one user message, found one that fails ({error}); "
            f"give a model with another template or with none."
        ) from error
    before, *after = text.split(_SAID)
    if len(after) != 1:
        raise UsageError(
            f"Expected a chat template that shows the user's message once, found it {len(after)} times; "
            f"give a model with another template or with none."
        )
    return before, after[0]


def _refuse(reason: str) -> NoReturn:
    raise ValueError(reason)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
