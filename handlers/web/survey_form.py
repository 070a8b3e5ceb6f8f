"""What a browser sends from the page of a survey, as typed facts. Nothing that somebody wrote is cut or lost here."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.feedback.record import LONGEST_COMMENT

LARGEST: Final = 256 * 1024
"""Bytes: 5,000 characters of four bytes each are 60,000 as a form."""
MOST_READ: Final = 4 * 1024 * 1024
"""What is too large is read and dropped up to here: a browser shows no answer before it has sent all."""
MOST_FIELDS: Final = 20
FORM: Final = "application/x-www-form-urlencoded"
NOT_KEPT: Final = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL keeps no NUL, and halves of surrogate pairs are no text. Bytes that are not UTF-8 become such halves when they are read."""


@dataclass(frozen=True)
class Submitted:
    """`score` as it was sent: `number` says whether it is on the scale."""

    score: str = ""
    comment: str = ""

    def number(self, scale: range) -> int | None:
        return score_of(self.score, scale)

    @property
    def too_long(self) -> bool:
        return len(self.comment) > LONGEST_COMMENT


def score_of(text: str | None, scale: range) -> int | None:
    """Written exactly as our links and our form write it; None for everything else."""
    return next((score for score in scale if str(score) == text), None)


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


async def body_of(request: Request) -> bytes | None:
    """None: it is larger than LARGEST."""
    body, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_READ:
            break
        if size <= LARGEST:
            body += piece
    return bytes(body) if size <= LARGEST else None


def read_form(body: bytes) -> Submitted | None:
    """Of a field that comes twice the last counts. None: it has many more fields than our form."""
    text = body.decode(errors="surrogateescape")
    try:
        found = dict(parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS))
    except ValueError:
        return None
    return Submitted(found.get("score", ""), tidy(found.get("comment", "")))


def tidy(comment: str) -> str:
    """Line ends as we write them; blanks around it are no words."""
    return NOT_KEPT.sub("", comment).replace("\r\n", "\n").replace("\r", "\n").strip()
