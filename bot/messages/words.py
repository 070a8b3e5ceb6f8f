"""Names of ours as words: a playbook's name as a title, a signal's value as something to read."""

import re
from datetime import date, datetime

from bot.messages.catalog.facts import SignalValue
from bot.messages.mrkdwn import BREAK, bold, clean, mrkdwn, when
from bot.messages.numbers import day, exact

NAME_IN_STARS = re.compile(r"(?<!\S)\*([\w.-]+)\*(?!\S)")
INDENT = "\u2003"
SHORT = {name.lower(): name for name in ("ARR", "B2B", "CES", "CRM", "CSAT", "EBR", "NPS", "QBR")}


def words(name: str) -> str:
    """usage-drop → Usage drop, nps-renewal → NPS renewal."""
    spaced = " ".join(SHORT.get(part, part) for part in name.replace("-", " ").replace("_", " ").split())
    return spaced[:1].upper() + spaced[1:]


def signal(value: SignalValue) -> str:
    """A value of any kind as mrkdwn."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return exact(value)
    if isinstance(value, datetime):
        return when(value)
    return day(value) if isinstance(value, date) else mrkdwn(value, 80)


def step(text: str, limit: int = 200) -> str:
    """A line of a playbook's outline as mrkdwn: of its stars only those around a single name make bold."""
    parts = NAME_IN_STARS.split(clean(text, limit))
    return "".join(bold(mrkdwn(part, limit)) if at % 2 else _kept(part, limit) for at, part in enumerate(parts))


def _kept(part: str, limit: int) -> str:
    """Escaped, with the spaces at its ends, which `mrkdwn` drops."""
    before, after = " " * part.startswith(" "), " " * (part.endswith(" ") and part.strip() != "")
    return before + mrkdwn(part, limit) + after


def indent(depth: int) -> str:
    """Blank width that survives the trimming of lines."""
    return BREAK + INDENT * min(depth, 8) if depth else ""


def listing(text: str, limit: int = 6000) -> str:
    """Lines of a file as they stand, for a place where nothing is interpreted; cut at a line's end."""
    every = text.splitlines()
    kept: list[str] = []
    size = 0
    for line in every:
        size += len(line) + 1
        if size > limit:
            return "\n".join([*kept, f"… and {len(every) - len(kept)} more lines"])
        kept.append(clean_line(line))
    return "\n".join(kept)


def clean_line(line: str) -> str:
    """Without what is not seen; its spaces stay. Calls to people lose their form, should it ever be read as mrkdwn."""
    seen = "".join(sign for sign in line if sign.isprintable())
    return seen.replace("<!", f"<{BREAK}!").replace("<@", f"<{BREAK}@")
