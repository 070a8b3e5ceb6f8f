"""Links of a letter that lead back to us. A token is the signed number of a dispatch: who that is, only the database knows.

Links never run out: a letter may be read, and unsubscribed from, years later. Only another STAYSAIL_SECRET makes them void.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, URLSafeSerializer

UNSUBSCRIBE = "https://unsubscribe.invalid/"
"""Stands in a letter until it leaves: only then is the number of its dispatch known."""
HREF = re.compile(r"""(\bhref\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


class LinkSigner:
    """`base` is the public address of the web pages (STAYSAIL_URL), `secret` is STAYSAIL_SECRET."""

    def __init__(self, base: str, secret: str) -> None:
        self._base = base.rstrip("/")
        self._unsubscribe = URLSafeSerializer(secret, salt="staysail.letters.unsubscribe")
        self._click = URLSafeSerializer(secret, salt="staysail.letters.click")

    @property
    def surveys(self) -> str:
        """How the links to surveys begin (see bot/surveys/links.py)."""
        return f"{self._base}/s/"

    def unsubscribe(self, dispatch_id: int) -> str:
        return f"{self._base}/u/{self._unsubscribe.dumps(dispatch_id)}"

    def click(self, dispatch_id: int, number: int) -> str:
        """Leads to the letter's link of that number (see `targets`)."""
        return f"{self._base}/c/{self._click.dumps([dispatch_id, number])}"

    def read_unsubscribe(self, token: str) -> int | None:
        """The dispatch; None for a token that is not ours."""
        found = _read(self._unsubscribe, token)
        return found if isinstance(found, int) else None

    def read_click(self, token: str) -> tuple[int, int] | None:
        """The dispatch and the number of the link; None for a token that is not ours."""
        found = _read(self._click, token)
        return (found[0], found[1]) if isinstance(found, list) and len(found) == 2 else None


def _read(serializer: URLSafeSerializer, token: str) -> object:
    try:
        return serializer.loads(token)
    except BadSignature:
        return None


def signer(base: str | None, secret: str | None) -> LinkSigner | None:
    """None: links back to us cannot be made."""
    return LinkSigner(base, secret) if base and secret else None


def targets(html: str) -> list[str]:
    """Where the letter's links lead, each once, in order; web addresses only, without the one for unsubscribing."""
    found = (unescape(match[2] if match[2] is not None else match[3]).strip() for match in HREF.finditer(html))
    return list(dict.fromkeys(url for url in found if is_web(url) and url != UNSUBSCRIBE))


def tracked(html: str, link: Callable[[int], str], ours: str | None = None) -> str:
    """The letter with every link of `targets` led through `link`, but for those that begin with `ours`: they come to us anyway."""
    numbers = {url: number for number, url in enumerate(targets(html)) if ours is None or not url.startswith(ours)}

    def replace(match: re.Match[str]) -> str:
        url = unescape(match[2] if match[2] is not None else match[3]).strip()
        return f'{match[1]}"{escape(link(numbers[url]))}"' if url in numbers else match[0]

    return HREF.sub(replace, html)


def is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\x00-\x20\x7f]", url)


def mail_to_unsubscribe(address: str) -> str:
    """For an installation without a public address: a letter back to us."""
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe"
