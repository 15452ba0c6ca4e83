"""The words that a model of our own making reads: greedy longest match over byte strings.

This is the tokenizer that llama.cpp calls ``rwkv`` (its trie of byte strings), written once more in Python
so that training and inference see the same tokens. A whole film title can be one token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simenv.errors import UsageError

_CONTROL = b"\xff"
"""Begins every control token: no UTF-8 text contains this byte, so no text can spell one."""


class Vocabulary:
    """Byte strings and the numbers they have; reading takes the longest that fits, from left to right.

    Args:
        tokens: the byte string of each token, by id; all 256 single bytes among them, none twice.

    Raises:
        UsageError: a single byte is missing, or a token is empty, twice there, or has a NUL byte in it.
    """

    def __init__(self, tokens: Sequence[bytes]) -> None:
        self.tokens: tuple[bytes, ...] = tuple(tokens)
        self._ids = {token: number for number, token in enumerate(self.tokens)}
        _check(self.tokens, self._ids)
        self._lengths = _lengths_by_first_byte(self.tokens)

    @classmethod
    def over(cls, words: Iterable[bytes], control: Sequence[str] = ()) -> Vocabulary:
        """Control tokens first, then the 256 bytes, then the words (doubles and single bytes dropped)."""
        fixed = [control_token(name) for name in control] + [bytes([value]) for value in range(256)]
        return cls(tuple(dict.fromkeys([*fixed, *words])))

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, token: bytes) -> int:
        """The number of one token.

        Raises:
            KeyError: there is no such token.
        """
        return self._ids[token]

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def encode(self, text: str) -> list[int]:
        """The numbers of the tokens that spell the text; any text can be spelled."""
        data = text.encode("utf-8", errors="replace")
        ids, lengths = self._ids, self._lengths
        spelled: list[int] = []
        position, end = 0, len(data)
        while position < end:
            for length in lengths[data[position]]:
                number = ids.get(data[position : position + length])
                if number is not None:
                    spelled.append(number)
                    position += len(self.tokens[number])
                    break
        return spelled

    def decode(self, numbers: Iterable[int]) -> str:
        """The text that the tokens spell; broken UTF-8 and control tokens become U+FFFD marks."""
        return b"".join(self.tokens[number] for number in numbers).decode("utf-8", errors="replace")


def control_token(name: str) -> bytes:
    """The byte string of a control token, for example ``end``: not UTF-8, so no text can spell it."""
    return _CONTROL + f"<{name}>".encode("ascii")


def _check(tokens: tuple[bytes, ...], ids: dict[bytes, int]) -> None:
    missing = [value for value in range(256) if bytes([value]) not in ids]
    if missing:
        raise UsageError(
            f"A vocabulary needs all 256 single bytes, found {256 - len(missing)} "
            f"(byte {missing[0]} is missing); add bytes([0]) to bytes([255])."
        )
    if len(ids) != len(tokens):
        number = next(number for number, token in enumerate(tokens) if ids[token] != number)
        raise UsageError(f"Tokens must be unique, found {tokens[number]!r} twice; drop one of them.")
    # llama.cpp reads one NUL past the end of a text, so a token with NUL in it could match there.
    odd = next((token for token in tokens if not token or (b"\0" in token and len(token) > 1)), None)
    if odd is not None:
        raise UsageError(f"Expected tokens without NUL and not empty, found {odd!r}; leave it out.")


def _lengths_by_first_byte(tokens: tuple[bytes, ...]) -> list[tuple[int, ...]]:
    """For each first byte, the lengths worth trying, longest first."""
    lengths: list[set[int]] = [set() for _ in range(256)]
    for token in tokens:
        lengths[token[0]].add(len(token))
    return [tuple(sorted(found, reverse=True)) for found in lengths]
