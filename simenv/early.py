"""Asking for memory before it is needed, so that many rows' waits are one."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

_BYTE, _FLAG = ir.IntType(8).as_pointer(), ir.IntType(32)
_READ, _DATA = 0, 1
"""What it is for: to be read, and not as code."""
_ONCE, _OFTEN = 0, 3
"""How near to keep it: what is used once need not drive out what is used often."""
LINE = 16
"""So many float32 or int32 are loaded together."""


@intrinsic
def ask_once(typingctx: Any, table: Any, row: Any, column: Any) -> Any:  # noqa: ARG001
    """Begin to load table[row, column] of a contiguous table for one use; changes nothing but time.

    Raises:
        TypingError: the table is not contiguous.
    """
    return _asking(table, row, column, _ONCE)


@intrinsic
def ask_early(typingctx: Any, table: Any, row: Any, column: Any) -> Any:  # noqa: ARG001
    """Begin to load table[row, column] of a contiguous table, and keep it near; changes nothing but time.

    Raises:
        TypingError: the table is not contiguous.
    """
    return _asking(table, row, column, _OFTEN)


def _asking(table: Any, row: Any, column: Any, near: int) -> Any:
    if table.layout != "C":
        raise TypingError(f"Expected contiguous numbers, found {table}: np.ascontiguousarray.")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _generate(context, builder, signature, arguments, near)

    return types.void(table, row, column), generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any, near: int) -> Any:
    kinds = signature.args
    table = context.make_array(kinds[0])(context, builder, value=arguments[0])
    row, column = (context.cast(builder, arguments[n], kinds[n], types.intp) for n in (1, 2))
    width = cgutils.unpack_tuple(builder, table.shape)[1]
    place = builder.gep(table.data, [builder.add(builder.mul(row, width), column)])
    kind = ir.FunctionType(ir.VoidType(), [_BYTE, _FLAG, _FLAG, _FLAG])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], kind)
    flags = [_FLAG(flag) for flag in (_READ, near, _DATA)]
    builder.call(prefetch, [builder.bitcast(place, _BYTE), *flags])
    return context.get_dummy_value()
