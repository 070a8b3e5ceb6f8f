"""Someone else's text in a canvas, which Slack reads as Markdown. Backslashes take away what marks mean.

https://docs.slack.dev/surfaces/canvases#formatting
"""

import re
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from bot.messages.mrkdwn import ID, LIMIT, clean

_IN_URL = "%:/?#@!$&'*+,;=-._~"
_MARKS = re.compile(r"([\\`*_{}\[\]()#!<>|~])")


def markdown(text: object, limit: int = LIMIT) -> str:
    """One line without meaning. The limit counts characters before escaping."""
    return _MARKS.sub(r"\\\1", clean(text, limit))


def mention(slack_id: str) -> str:
    """A mention in a canvas; anything that is not shaped like an id is shown as text."""
    return f"![](@{slack_id})" if ID.fullmatch(slack_id) else markdown(slack_id)


def link(url: str | None, label: str) -> str:
    """A link, or the label alone when the address is not a plain http(s) one."""
    address = quote(url or "", safe=_IN_URL)
    good = urlsplit(address).scheme in {"http", "https"} and len(address) <= 2000
    return f"[{markdown(label)}]({address})" if good else markdown(label)


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
