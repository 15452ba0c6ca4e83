"""What can go wrong with a question to a language model."""

from __future__ import annotations

from simenv.errors import UsageError


class ContextTooShort(UsageError):  # noqa: N818
    """A prompt is longer than the model can read; with fewer words on the page it would fit.

    Args:
        needed: how many tokens the longest prompt has.
        had: how many the model can read.
    """

    def __init__(self, needed: int, had: int) -> None:
        super().__init__(
            f"Expected a prompt of at most {had} tokens, found {needed}; "
            f"remember less, describe less, or open the model with a longer context."
        )
        self.needed = needed
        self.had = had
