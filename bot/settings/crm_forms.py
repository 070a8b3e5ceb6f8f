"""The section of staysail.yml about the CRM: what is read there, and what is written back."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.connectors.ports import RECORD, placeholders
from bot.documents.words import one_of, shown, wrong
from bot.durations import Duration
from bot.settings.forms import Section, SourceUrl


def _record_query(text: str) -> str:
    if not re.match(r"\s*SELECT\b", text, re.IGNORECASE):
        raise wrong(f"found {shown(text)}", f"allowed: a SELECT of {', '.join(RECORD)}, or some of them, WHERE the record is that of :id")
    return _with_placeholders(text, ("id",))


def _record_change(text: str) -> str:
    _with_placeholders(text, ("id", *RECORD))
    if not set(placeholders(text)) & set(RECORD):
        allowed = f"allowed: an UPDATE that sets columns to {', '.join(f':{name}' for name in RECORD)}, or to some of them"
        raise wrong(f"found {shown(text)}, which sets nothing", allowed)
    return text


def _with_placeholders(text: str, names: tuple[str, ...]) -> str:
    """The statement, which must use `:id` and no other name than these."""
    used = placeholders(text)
    if strange := next((name for name in used if name not in names), None):
        raise wrong(f"found the placeholder `:{strange}`", one_of(f":{strange}", [f":{name}" for name in names]))
    if "id" not in used:
        raise wrong(f"found {shown(text)}, without `:id`", "add `WHERE … = :id`, which stands for the account's id")
    return text


Domains = Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")], ...], Field(max_length=5)]
"""Slack unfolds links of five domains at most."""


class CrmWriteSettings(Section):
    """`read` gives the record's row by `:id`, its columns among `outcome`, `note` and `next_step`; `write` sets them by these names.

    `url` None: the CRM's own.
    """

    url: SourceUrl | None = None
    read: Annotated[str, AfterValidator(_record_query)]
    write: Annotated[str, AfterValidator(_record_change)]
    timeout: Duration = timedelta(seconds=20)

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that `write` sets."""
        return tuple(name for name in RECORD if name in placeholders(self.write))


class CrmSettings(Section):
    """`domains` are those of links to the CRM's records, which unfold in Slack."""

    kind: Literal["sql"] = "sql"
    url: SourceUrl
    accounts: str = Field(min_length=1)
    contacts: str | None = None
    timeout: Duration = timedelta(minutes=5)
    write: CrmWriteSettings | None = None
    domains: Domains = ()

    @property
    def writable(self) -> tuple[str, ...]:
        """The fields of a record that can be written back."""
        return self.write.fields if self.write else ()
