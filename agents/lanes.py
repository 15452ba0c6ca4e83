"""Eight dot products side by side, each added up in order: the bits of a plain loop, at a third of its time.

A single sum waits for itself at every step. Eight of them fit one vector, once eight items' factors are
turned from rows into columns, which compilers do not find by themselves; so this says it in LLVM's own words.
All of it is plain IEEE arithmetic, lane by lane, whatever the processor's vectors are.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8
_FLOAT, _INT, _LONG = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_FLOAT, LANES)


@intrinsic
def dots(typingctx: Any, own: Any, first: Any, factors: Any, items: Any, at: Any, out: Any) -> Any:  # noqa: ARG001
    """out[at:at + 8] = own[first:first + f] times the factors of items[at:at + 8], f a multiple of 8.

    Args:
        own: float32 (n,).
        first: where to begin in it.
        factors: float32 (items, f).
        items: int32 (m,), indices into factors.
        at: which eight.
        out: float32 (m,).
    """
    return types.void(own, first, factors, items, at, out), _generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kinds = signature.args
    own, factors, items, out = (
        context.make_array(kinds[n])(context, builder, value=arguments[n]) for n in (0, 2, 3, 5)
    )
    first, at = (context.cast(builder, arguments[n], kinds[n], types.intp) for n in (1, 4))
    width = cgutils.unpack_tuple(builder, factors.shape)[1]
    mine = builder.gep(own.data, [first])
    theirs = [_row(builder, factors.data, width, items.data, builder.add(at, _LONG(k))) for k in range(LANES)]
    total = cgutils.alloca_once_value(builder, ir.Constant(_VECTOR, [0.0] * LANES))
    with cgutils.for_range_slice(builder, _LONG(0), width, _LONG(LANES)) as (f, _):
        columns = _turned(builder, [_load(builder, builder.gep(row, [f])) for row in theirs])
        some = builder.load(total)
        for k, column in enumerate(columns):
            one = builder.load(builder.gep(mine, [builder.add(f, _LONG(k))]))
            some = builder.fadd(some, builder.fmul(_everywhere(builder, one), column))
        builder.store(some, total)
    place = builder.bitcast(builder.gep(out.data, [at]), _VECTOR.as_pointer())
    builder.store(builder.load(total), place).align = _FLOAT_BYTES
    return context.get_dummy_value()


_FLOAT_BYTES = 4


def _row(builder: Any, factors: Any, width: Any, items: Any, at: Any) -> Any:
    """Where an item's factors begin."""
    item = builder.sext(builder.load(builder.gep(items, [at])), _LONG)
    return builder.gep(factors, [builder.mul(item, width)])


def _load(builder: Any, place: Any) -> Any:
    """Eight numbers that stand beside each other."""
    vector = builder.load(builder.bitcast(place, _VECTOR.as_pointer()))
    vector.align = _FLOAT_BYTES
    return vector


def _everywhere(builder: Any, number: Any) -> Any:
    """One number in every lane."""
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    return _mixed(builder, builder.insert_element(nothing, number, _INT(0)), nothing, [0] * LANES)


def _turned(builder: Any, rows: list[Any]) -> list[Any]:
    """Eight rows of eight as eight columns: halves change places, then quarters, then neighbours."""
    step = LANES // 2
    while step:
        for one in (n for n in range(LANES) if not n & step):
            upper, lower = rows[one], rows[one + step]
            low = [LANES + k - step if k & step else k for k in range(LANES)]
            high = [LANES + k if k & step else k + step for k in range(LANES)]
            rows[one], rows[one + step] = (_mixed(builder, upper, lower, mask) for mask in (low, high))
        step //= 2
    return rows


def _mixed(builder: Any, one: Any, other: Any, mask: list[int]) -> Any:
    """Lanes of two vectors, counted through."""
    return builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(_INT, LANES), mask))
