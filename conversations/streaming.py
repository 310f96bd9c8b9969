"""Files that go out as they are made, in flat memory: pieces of any kind, and rows as CSV."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

from conversations import tables

PAGE: Final = 500  # lines in a piece


class InPieces(StreamingHttpResponse):
    """Goes out as it is made. Django's own would first gather the whole of it under ASGI."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces()

    async def _pieces(self) -> AsyncIterator[bytes]:
        pieces = iter(self.streaming_content)  # type: ignore[arg-type]
        while (piece := await sync_to_async(_after)(pieces)) is not None:
            yield piece


def _after(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


class _Echo:
    """A file that hands back what is written to it: csv wants one."""

    def write(self, text: str) -> str:
        return text


def _all_safe(row: Sequence[Any]) -> list[str]:
    return [tables.safe(cell) for cell in row]


def csv_pieces(
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    cells: Callable[[Sequence[Any]], Sequence[Any]] = _all_safe,
) -> Iterator[str]:
    """Begins with the mark that Excel wants for UTF-8. `cells` makes a row safe: by default every cell of it."""
    writer = csv.writer(_Echo())
    said = [tables.MARK + writer.writerow(head)]
    for row in rows:
        said.append(writer.writerow(cells(row)))
        if len(said) >= PAGE:
            yield "".join(said)
            said = []
    yield "".join(said)
