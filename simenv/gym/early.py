"""Asking for memory before it is needed, so that many rows' waits are one."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

_BYTE, _FLAG = ir.IntType(8).as_pointer(), ir.IntType(32)
_READ, _ONCE, _DATA = 0, 0, 1
"""What it is for: to be read, once (so that it need not drive out what is used often), and not as code."""


@intrinsic
def ask_early(typingctx: Any, table: Any, row: Any, column: Any) -> Any:  # noqa: ARG001
    """Begin to load table[row, column] of a contiguous table; changes nothing but time.

    Raises:
        TypingError: the table is not contiguous.
    """
    if table.layout != "C":
        raise TypingError(f"Expected a contiguous table, found {table}: np.ascontiguousarray.")
    return types.void(table, row, column), _generate


def _generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kinds = signature.args
    table = context.make_array(kinds[0])(context, builder, value=arguments[0])
    row, column = (context.cast(builder, arguments[n], kinds[n], types.intp) for n in (1, 2))
    width = cgutils.unpack_tuple(builder, table.shape)[1]
    place = builder.gep(table.data, [builder.add(builder.mul(row, width), column)])
    kind = ir.FunctionType(ir.VoidType(), [_BYTE, _FLAG, _FLAG, _FLAG])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], kind)
    flags = [_FLAG(flag) for flag in (_READ, _ONCE, _DATA)]
    builder.call(prefetch, [builder.bitcast(place, _BYTE), *flags])
    return context.get_dummy_value()
