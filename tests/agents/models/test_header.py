"""What a model file says of itself is checked before llama.cpp, which would not survive it, sees the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFWriter
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.gguf import quantise
from agents.models.header import check_file
from simenv.errors import UsageError


def written(path: Path, layers: int) -> Path:
    """A file that says how many layers it has after all kinds of other values."""
    writer = GGUFWriter(path, "llama")
    writer.add_uint8("a", 1)
    writer.add_int64("b", -1)
    writer.add_float64("c", 0.5)
    writer.add_bool("d", False)
    writer.add_array("e", [1, 2, 3])
    writer.add_uint32("clip.vision.block_count", 0)
    writer.add_token_list(["a", "word", ""])
    writer.add_uint32("llama.block_count", layers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


@pytest.mark.parametrize("layers", [0, 513, 2**32 - 1])
def test_a_number_of_layers_that_llama_cpp_cannot_count_is_refused(tmp_path: Path, layers: int) -> None:
    path = written(tmp_path / "model.gguf", layers)
    with pytest.raises(UsageError, match=f"1 to 512 layers, found .*model.gguf which has {layers:,}; give"):
        check_file(path)
    with pytest.raises(UsageError, match="1 to 512 layers"):
        quantise(path, tmp_path / "small.gguf", "Q8_0")


@pytest.mark.parametrize("layers", [1, 512])
def test_layers_that_can_be_counted_are_let_through(tmp_path: Path, layers: int) -> None:
    check_file(written(tmp_path / "model.gguf", layers))


@settings(deadline=None)
@given(cut=st.integers(4, 400), rest=st.binary(max_size=40))
def test_a_damaged_file_is_left_to_llama_cpp_to_refuse(
    tmp_path_factory: pytest.TempPathFactory, cut: int, rest: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    source = folder / "whole.gguf"
    if not source.exists():
        written(source, 2)
    damaged = folder / "damaged.gguf"
    damaged.write_bytes(source.read_bytes()[:cut] + rest)
    said = ""
    try:
        check_file(damaged)
    except UsageError as refusal:
        said = str(refusal)
    assert not said or "512 layers" in said  # the damage hit the number
