"""The template filters. Customer text comes out harmless and readable; numbers and times come out as people write them.

Slack interprets `<…>`, `&`, a leading `>` and the marks `* _ ~ \\``. The first two have escapes, the marks have none: U+200B after a mark
keeps it from opening or closing anything. https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.messages.numbers import day

BREAK = "\u200b"
LIMIT = 150
URL_LIMIT = 2000
ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")

# Bidi controls could reorder a line; zero-width characters hide words from search and are our own BREAK.
_DROPPED = dict.fromkeys(
    [
        *(*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x061C),
        *(0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
        *(0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xD800, 0xE000)),
    ]
)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ESCAPES = _ENTITIES | str.maketrans({mark: mark + BREAK for mark in "*_~`"})
_QUOTES = (">", "•", "◦", "▪")
_IN_URL = str.maketrans({c: f"%{ord(c):02X}" for c in "|<>\"'`\\ ^{}"} | {"&": "&amp;"})


def clean(text: object, limit: int = LIMIT) -> str:
    """One line without controls, runs of spaces collapsed, at most `limit` characters with … at a cut."""
    line = " ".join(str(text).translate(_DROPPED).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip(" \u200d") + "…"


def mrkdwn(text: object, limit: int = LIMIT) -> str:
    """Someone else's text for a mrkdwn object or a message's `text`. The limit counts characters before escaping."""
    line = clean(text, limit)
    quoted = BREAK if line.startswith(_QUOTES) else ""
    return quoted + line.translate(_ESCAPES)


def pieces(text: object, limit: int = 2800) -> list[str]:
    """Someone else's whole text as mrkdwn, in pieces of so many characters at most that each fit a block; cut between words."""
    found = [""]
    words = clean(text, len(str(text)) + 1).split(" ")
    for part in (word[at : at + 500].translate(_ESCAPES) for word in words for at in range(0, len(word), 500)):
        if found[-1] and len(found[-1]) + 1 + len(part) > limit:
            found.append("")
        found[-1] = f"{found[-1]} {part}".strip()
    return found if found[0] else []


def plain(text: object, limit: int = LIMIT) -> str:
    """Someone else's text for a plain_text object. The limit counts the characters that come out."""
    return clean(text, limit).replace("<", "<" + BREAK)[:limit]


def bold(shown: str) -> str:
    """Bold for text that is escaped already. Text with a mark in it stays plain: the mark could close ours early."""
    return shown if BREAK in shown or not shown else f"*{shown}*"


def code(text: object, limit: int = LIMIT) -> str:
    """In code style, where marks are dead and only a backtick could end it."""
    return f"`{clean(text, limit).replace('`', chr(39)).translate(_ENTITIES) or ' '}`"


def link(url: str | None, label: object, limit: int = LIMIT) -> str:
    """`<url|label>`, or the label alone when the address is not a plain http(s) one."""
    text = mrkdwn(label, limit)
    address = _address(url)
    return f"<{address}|{text.replace('|', '¦') or address}>" if address else text


def _address(url: str | None) -> str | None:
    cleaned = (url or "").translate(_DROPPED).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    safe = "%20".join(cleaned.split()).translate(_IN_URL)
    return safe if parts.scheme in {"http", "https"} and parts.netloc and len(safe) <= URL_LIMIT else None


def mention(slack_id: str) -> str:
    """A mention; anything that is not shaped like an id is shown as text, so that it cannot be `!channel`."""
    return f"<@{slack_id}>" if ID.fullmatch(slack_id) else mrkdwn(slack_id)


def channel(channel_id: str) -> str:
    """A link to a channel, on the same terms."""
    return f"<#{channel_id}>" if ID.fullmatch(channel_id) else mrkdwn(channel_id)


def when(at: datetime, form: str = "{date_short_pretty} at {time}") -> str:
    """A moment in each reader's own zone; UTC where Slack's tokens are not understood."""
    if at.tzinfo is None:
        raise ValueError(f"a datetime without a zone: {at}")
    utc = at.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{form}|{day(utc)} {utc:%H:%M} UTC>"


def fit(lines: str, limit: int = 2900) -> str:
    """Drops empty lines; cuts at a line's end and counts what is left out."""
    kept, size = [], 0
    every = [stripped for line in lines.splitlines() if (stripped := line.strip())]
    for line in every:
        if size + len(line) + 1 > limit:
            break
        kept.append(line)
        size += len(line) + 1
    left = len(every) - len(kept)
    return "\n".join([*kept, f"and {left} more"] if left else kept)
