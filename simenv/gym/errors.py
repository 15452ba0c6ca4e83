"""What goes wrong between recommender and environment: errors of Gymnasium's kind, and usage errors too."""

from __future__ import annotations

import math

import numpy as np
from gymnasium import error

from simenv.errors import UsageError


class ActionError(UsageError, error.InvalidAction):
    """Actions that are not in the action space."""


class ActionKindError(ActionError):
    """Actions of the wrong type of number."""


class ActionShapeError(ActionError):
    """Not one action for every row, or not one entry for every slot or candidate."""


class ActionRangeError(ActionError):
    """An action names a candidate or an item that does not exist."""


class NotANumberError(ActionError):
    """A score vector holds NaN, so that no order is defined."""


class NoMaskError(UsageError, error.Error):
    """The action space has no mask."""


class ResetMissingError(UsageError, error.ResetNeeded):
    """Step or render before the first reset."""


class EpisodeOverError(UsageError, error.ResetNeeded):
    """Step after the end of an episode that nobody has reset."""


class SlateLengthError(UsageError, error.Error):
    """A slate that has more slots than there is to recommend."""


class UnknownSettingError(UsageError, error.Error):
    """A keyword or option that nothing here understands, or a value that it cannot take."""


class UnknownRenderingError(UsageError, error.UnsupportedMode):
    """A way of rendering that does not exist here."""


def is_whole(value: object, least: int) -> bool:
    """Whether it is a whole number, for which yes and no are not taken, of at least so much."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least


def is_number(value: object) -> bool:
    """Whether it is a finite number, for which yes and no are not taken."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return False
    return math.isfinite(value)
