"""Lines of a text file, none longer than a bound, so that one endless line cannot fill the memory."""

from __future__ import annotations

import io
from collections import deque

from bnl.exchange.source import Source


def open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    """Open a text file; bytes that cannot be decoded become U+FFFD, which no cell may hold."""
    return io.TextIOWrapper(source.open(), encoding=encoding, errors="replace", newline="")


class Lines:
    """The lines of a stream, with the possibility to give lines back.

    Args:
        stream: The text, opened so that line ends are kept.
        limit: Longest line in characters; a longer one comes cut, one character longer than the limit.
    """

    def __init__(self, stream: io.TextIOWrapper, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._given_back: deque[str] = deque()

    def next(self) -> str | None:
        """Return the next line with its end, or None if there is none."""
        if self._given_back:
            return self._given_back.popleft()
        line = self._stream.readline(self._limit)
        if len(line) < self._limit or line.endswith(("\n", "\r")):
            return line or None
        while (rest := self._stream.readline(self._limit)) and not rest.endswith(("\n", "\r")):
            pass
        return line + " "

    def give_back(self, lines: list[str]) -> None:
        """Put lines back, to be read again in the same order."""
        self._given_back.extendleft(reversed(lines))
