"""Accounts by the addresses of their records in the CRM."""

from collections.abc import Iterable, Mapping
from html import unescape
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account

MOST = 10
"""Links of one message that are looked up."""


def accounts_by_link(session: Session, links: Iterable[str]) -> dict[str, Account]:
    """The account of each link that leads to one. The link's query, fragment and last slash are ignored, unless the record has its own."""
    forms = {link: forms_of(link) for link in list(dict.fromkeys(links))[:MOST]}
    wanted = {form for some in forms.values() for form in some}
    found = session.scalars(select(Account).where(Account.url.in_(wanted), Account.gone_at.is_(None)).order_by(Account.id))
    by_url: Mapping[str, Account] = {str(account.url): account for account in found}
    return {link: by_url[form] for link, some in forms.items() if (form := next((one for one in some if one in by_url), None))}


def forms_of(link: str) -> tuple[str, ...]:
    """What may stand in the CRM for this link, the closest first."""
    address = unescape(link)
    try:
        parts = urlsplit(address)
    except ValueError:
        return ()
    whole = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), fragment="")
    bare = whole._replace(query="").geturl().rstrip("/")
    return tuple(dict.fromkeys((address, whole.geturl(), bare, f"{bare}/")))
