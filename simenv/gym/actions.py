"""What a recommender does: the forms in which an environment takes a slate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.spaces import Box, Discrete, MultiDiscrete

from simenv.gym import kernels
from simenv.gym.blocks import over_blocks
from simenv.gym.errors import (
    ActionKindError,
    ActionRangeError,
    ActionShapeError,
    NoMaskError,
    NotANumberError,
)
from simenv.gym.stage import Offer, Stage
from simenv.types import NOTHING, BoolArray, IntArray

AnyArray = npt.NDArray[Any]


class Actions(Protocol):
    """How actions become slates: row b of the slates depends on row b of the actions alone."""

    def space(self, stage: Stage) -> Space[Any]:
        """The space of one row's action."""

    def slates(self, actions: AnyArray, offer: Offer, stage: Stage) -> IntArray:
        """Items, best first: int32 (rows, slots), NOTHING in empty slots.

        Raises:
            ActionError: the actions are not in the space.
        """

    def masks(self, offer: Offer, stage: Stage) -> BoolArray:
        """Which actions lead to something: bool (rows, entries), in sb3-contrib's layout (slot by slot)."""


@runtime_checkable
class Plain(Protocol):
    """Forms in which actions are the items themselves, where the whole catalogue is on offer."""

    def numbers(self, actions: AnyArray, stage: Stage) -> IntArray:
        """Items, best first, as they were chosen: int32 (rows, slots); some may stand there twice.

        Raises:
            ActionError: the actions are not in the space.
        """


@dataclass(frozen=True)
class Candidates:
    """A candidate for every slot. The environment removes duplicates.

    A candidate that stands further up the slate already, or that must not be shown again, leaves its slot
    empty, so that every action of the space can be taken.
    """

    def space(self, stage: Stage) -> Space[Any]:
        """MultiDiscrete: ``slots`` numbers of candidates."""
        return MultiDiscrete(np.full(stage.slots, stage.candidates))

    def slates(self, actions: AnyArray, offer: Offer, stage: Stage) -> IntArray:
        """The items behind the candidates."""
        chosen = _integers(actions, (len(stage.agents), stage.slots))
        return _picked(chosen, offer)

    def numbers(self, actions: AnyArray, stage: Stage) -> IntArray:
        """The candidates themselves, which are the items where all of the catalogue is on offer."""
        return _as_chosen("candidates", actions, stage)

    def masks(self, offer: Offer, stage: Stage) -> BoolArray:
        """What may be shown, once for every slot: bool (rows, slots * candidates)."""
        return np.tile(_for_all(offer.open, stage), (1, stage.slots))


@dataclass(frozen=True)
class OneCandidate:
    """A single candidate: it takes the first slot, and the others stay empty."""

    def space(self, stage: Stage) -> Space[Any]:
        """Discrete: the number of a candidate."""
        return Discrete(stage.candidates)

    def slates(self, actions: AnyArray, offer: Offer, stage: Stage) -> IntArray:
        """The item behind the candidate, and nothing else."""
        chosen = _integers(actions, (len(stage.agents),))
        slates = np.full((len(stage.agents), stage.slots), NOTHING, dtype=np.int32)
        slates[:, :1] = _picked(chosen[:, None], offer)
        return slates

    def masks(self, offer: Offer, stage: Stage) -> BoolArray:
        """What may be shown: bool (rows, candidates)."""
        return _for_all(offer.open, stage).copy()


@dataclass(frozen=True)
class Scores:
    """A score for every candidate; the best ``slots`` are shown, the best of them first.

    Only the order counts, so numbers beyond the box are as good as those in it. Of equal scores the earlier
    candidate comes first; what must not be shown again never comes.
    """

    def space(self, stage: Stage) -> Space[Any]:
        """Box from -1 to 1: float32 (candidates,)."""
        return Box(-1.0, 1.0, (stage.candidates,), np.float32)

    def slates(self, actions: AnyArray, offer: Offer, stage: Stage) -> IntArray:
        """The items behind the best candidates."""
        _need_shape(actions, (len(stage.agents), stage.candidates))
        if actions.dtype.kind != "f":
            raise ActionKindError(
                f"Expected scores as floating-point numbers, found {actions.dtype}; convert them."
            )
        scores = np.ascontiguousarray(actions, dtype=np.float32)
        slates, bad = kernels.best(scores, offer.items, offer.open, stage.slots)
        if bad >= 0:
            raise NotANumberError(
                f"Expected numbers as scores, found NaN in row {bad}; look where it was computed."
            )
        return slates

    def masks(self, offer: Offer, stage: Stage) -> BoolArray:
        """What may be shown: bool (rows, candidates)."""
        return _for_all(offer.open, stage).copy()


@dataclass(frozen=True)
class ItemIds:
    """Catalogue items for every slot, for recommenders that search for themselves.

    An item that stands further up the slate already leaves its slot empty.
    """

    def space(self, stage: Stage) -> Space[Any]:
        """MultiDiscrete: ``slots`` indices into the catalogue."""
        return MultiDiscrete(np.full(stage.slots, stage.catalogue))

    def slates(self, actions: AnyArray, offer: Offer, stage: Stage) -> IntArray:  # noqa: ARG002
        """The items themselves."""
        chosen = _integers(actions, (len(stage.agents), stage.slots))
        slates = np.empty(chosen.shape, dtype=np.int32)

        def fill(cut: slice) -> None:
            bad = kernels.distinct(chosen[cut], stage.catalogue, slates[cut])
            _need_range("items", stage.catalogue, chosen[cut], cut.start, bad)

        over_blocks(fill, len(chosen))
        return slates

    def numbers(self, actions: AnyArray, stage: Stage) -> IntArray:
        """As ``slates``, but what stands further up already stands there again."""
        return _as_chosen("items", actions, stage)

    def masks(self, offer: Offer, stage: Stage) -> BoolArray:  # noqa: ARG002
        """There is none: it would be as large as the catalogue."""
        raise NoMaskError(
            "Expected actions with a mask, found items of the whole catalogue; take actions='slate'."
        )


ACTIONS: dict[str, Actions] = {
    "slate": Candidates(),
    "one": OneCandidate(),
    "scores": Scores(),
    "items": ItemIds(),
}
"""The forms by the names that ``gymnasium.make(..., actions=...)`` knows."""


def _for_all(may: BoolArray, stage: Stage) -> BoolArray:
    return np.broadcast_to(may, (len(stage.agents), stage.candidates))


def _picked(chosen: kernels.LongArray, offer: Offer) -> IntArray:
    slates = np.empty(chosen.shape, dtype=np.int32)

    def fill(cut: slice) -> None:
        own = cut if len(offer.items) > 1 else slice(1)
        bad = kernels.picked(chosen[cut], offer.items[own], offer.open[own], slates[cut])
        _need_range("candidates", offer.items.shape[1], chosen[cut], cut.start, bad)

    over_blocks(fill, len(chosen))
    return slates


def _as_chosen(what: str, actions: AnyArray, stage: Stage) -> IntArray:
    """Slates of numbers below the catalogue's, as they are."""
    chosen = _integers(actions, (len(stage.agents), stage.slots))
    slates = np.empty(chosen.shape, dtype=np.int32)
    _need_range(what, stage.catalogue, chosen, 0, kernels.narrowed(chosen, stage.catalogue, slates))
    return slates


def _integers(actions: AnyArray, shape: tuple[int, ...]) -> kernels.LongArray:
    """Actions as int64, whatever integers they were."""
    _need_shape(actions, shape)
    if actions.dtype.kind not in "iu":
        raise ActionKindError(
            f"Expected actions as whole numbers, found {actions.dtype}; convert them to int64."
        )
    return np.ascontiguousarray(actions, dtype=np.int64)


def _need_shape(actions: AnyArray, shape: tuple[int, ...]) -> None:
    if actions.shape != shape:
        raise ActionShapeError(
            f"Expected actions of shape {shape}, one row for every environment, found {actions.shape}; "
            "env.action_space shows what fits."
        )


def _need_range(what: str, count: int, chosen: kernels.LongArray, first: int, bad: int) -> None:
    """Refuse numbers out of range in row ``bad`` of those from the first on; -1 is none."""
    if bad >= 0:
        wrong = chosen[bad][(chosen[bad] < 0) | (chosen[bad] >= count)][0]
        raise ActionRangeError(
            f"Expected {what} from 0 to {count - 1}, found {wrong} in row {first + bad}; "
            "see env.action_space."
        )
