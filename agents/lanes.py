"""Dot products in eight lanes: factor f is added up in lane f modulo 8, in order, and lanes by halves.

A single sum waits for itself at every step; eight of them fit one vector. Compilers may not change the order
of a sum by themselves and do not find these lanes, so this says them in LLVM's own words. All of it is plain
IEEE arithmetic, the same on every processor, whatever its vectors are.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

LANES = 8
_AT_ONCE = 4
"""Vectors between two looks at whether there are more."""
_FLOAT, _INT, _LONG = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_FLOAT, LANES)
_FLOAT_BYTES = 4


@intrinsic
def dot(typingctx: Any, taste: Any, row: Any, first: Any, factors: Any, item: Any) -> Any:  # noqa: ARG001
    """taste[row, first:first + f] times factors[item], f the width of factors.

    Args:
        taste: float32 (agents, n), contiguous.
        row: of an agent.
        first: where to begin in it.
        factors: float32 (items, f), contiguous.
        item: a row of factors.

    Raises:
        TypingError: rows of own or of factors do not stand side by side.
    """
    if taste.layout != "C" or factors.layout != "C":
        raise TypingError(f"Expected contiguous numbers, found {taste} and {factors}: np.ascontiguousarray.")
    return types.float32(taste, row, first, factors, item), _generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kinds = signature.args
    taste, factors = (context.make_array(kinds[n])(context, builder, value=arguments[n]) for n in (0, 3))
    row, first, item = (context.cast(builder, arguments[n], kinds[n], types.intp) for n in (1, 2, 4))
    all_of, width = (cgutils.unpack_tuple(builder, side.shape)[1] for side in (taste, factors))
    mine = builder.gep(taste.data, [builder.add(builder.mul(row, all_of), first)])
    theirs = builder.gep(factors.data, [builder.mul(item, width)])
    total = cgutils.alloca_once_value(builder, ir.Constant(_VECTOR, [0.0] * LANES))
    many, whole = (builder.and_(width, _LONG(-count)) for count in (_AT_ONCE * LANES, LANES))
    for first_of, end, vectors in ((_LONG(0), many, _AT_ONCE), (many, whole, 1)):
        with cgutils.for_range_slice(builder, first_of, end, _LONG(vectors * LANES)) as (f, _):
            for n in range(vectors):
                here = builder.add(f, _LONG(n * LANES))
                eights = (_eight(builder, builder.gep(side, [here])) for side in (mine, theirs))
                product = builder.fmul(*eights)
                builder.store(builder.fadd(builder.load(total), product), total)
    with cgutils.for_range_slice(builder, whole, width, _LONG(1)) as (f, _):
        product = builder.fmul(*(builder.load(builder.gep(side, [f])) for side in (mine, theirs)))
        lane, lanes = builder.and_(f, _LONG(LANES - 1)), builder.load(total)
        longer = builder.fadd(builder.extract_element(lanes, lane), product)
        builder.store(builder.insert_element(lanes, longer, lane), total)
    return _added(builder, builder.load(total))


def _eight(builder: Any, place: Any) -> Any:
    """Eight numbers that stand beside each other."""
    vector = builder.load(builder.bitcast(place, _VECTOR.as_pointer()))
    vector.align = _FLOAT_BYTES
    return vector


def _added(builder: Any, lanes: Any) -> Any:
    """The lanes' sum: the upper half is added to the lower one, until one lane is left."""
    half = LANES // 2
    while half:
        lower, upper = (_some(builder, lanes, first, half) for first in (0, half))
        lanes, half = builder.fadd(lower, upper), half // 2
    return builder.extract_element(lanes, _INT(0))


def _some(builder: Any, lanes: Any, first: int, count: int) -> Any:
    """So many lanes, from the first."""
    mask = ir.Constant(ir.VectorType(_INT, count), list(range(first, first + count)))
    return builder.shuffle_vector(lanes, lanes, mask)
