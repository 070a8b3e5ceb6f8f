"""The sections of staysail.yml about asking and meeting customers."""

import re
from datetime import timedelta
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.documents.words import one_of, shown, wrong
from bot.durations import Duration, describe
from bot.settings.forms import Mailbox, Section, TimeOfDay

LONGEST_WAIT = timedelta(seconds=2)
"""For somebody's calendar, while a form waits to open."""


class BetweenForm(Section):
    """How long a person is left alone after a survey: after any, after one of its class, after one of its kind. The longest counts."""

    any: Duration = timedelta()
    relational: Duration = timedelta(days=90)
    transactional: Duration = timedelta(days=30)
    nps: Duration | None = None
    csat: Duration | None = None
    ces: Duration | None = None


class SurveySettings(Section):
    """`folder` holds one's own surveys, beside the library. `company` is what questions call us; without it the name of `email.from`.

    `hours` is when letters with questions leave, where the contact is. `a_year`: how many relational surveys a person gets within 365 days.
    `deadline`: business time in which somebody is to talk to whoever was not satisfied. `themes`: what answers are often about, each
    with examples of how customers say it.
    """

    folder: str | None = None
    company: str | None = Field(default=None, min_length=1, max_length=80)
    hours: str = "Mon-Fri 08:30-11:30"
    between: BetweenForm = BetweenForm()
    a_year: int = Field(default=2, ge=1, le=12, strict=True)
    deadline: Duration = timedelta(days=2)
    themes: dict[Annotated[str, Field(min_length=1, max_length=60)], tuple[str, ...]] = Field(default_factory=dict)


def _review_type(value: Any) -> str:
    """Upper or lower case."""
    types = ("QBR", "EBR", "renewal")
    found = next((name for name in types if isinstance(value, str) and name.lower() == value.lower()), None)
    if found is None:
        raise wrong(f"found {shown(value)}", one_of(str(value), types))
    return found.lower()


class ReviewForm(Section):
    """Accounts for which `when` holds have a review of that type `every` so often; its owner is asked to plan it `ahead` of the day.

    While `sooner_when` holds, half of the time counts.
    """

    type: Annotated[str, BeforeValidator(_review_type)]
    when: str = Field(min_length=1)
    every: Duration
    ahead: Duration = timedelta(days=30)
    sooner_when: str | None = None


def _imap_url(text: str) -> str:
    """The text itself is never shown: it may hold a password."""
    if not _is_url(text, ("imap", "imaps")):
        raise wrong("found no address of a mailbox", "allowed: imaps://USER:PASSWORD@HOST, or imap://USER:PASSWORD@HOST:143")
    return text


def _calendar_url(text: str) -> str:
    """The same."""
    allowed = "allowed: https://USER:PASSWORD@HOST/calendars/{email}/ with {email} or {user} (what stands before its @) for the person"
    if not _is_url(text, ("http", "https")) or not set(re.findall(r"{(.*?)}", urlsplit(text).path)) & {"email", "user"}:
        raise wrong("found no address of calendars", allowed)
    return text


def _form_waits(length: timedelta) -> timedelta:
    if not timedelta() < length <= LONGEST_WAIT:
        raise wrong(f"found {describe(length)}", "allowed: 1s or 2s, because Slack gives a form three seconds to open")
    return length


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class ReplySettings(Section):
    """Answers to invitations that are taken in. `address`: they are asked to go there, in the organizer's name; without it they go to the
    organizer, and the house's mail server copies them here. `url` is a mailbox that is looked into `every` so often; without one somebody
    hands the answers on to the webhook."""

    url: Annotated[str, AfterValidator(_imap_url)] | None = None
    folder: str = Field(default="INBOX", min_length=1)
    address: Mailbox | None = None
    every: Duration = timedelta(minutes=1)

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        if self.url is None and self.address is None:
            allowed = "allowed: url: imaps://USER:PASSWORD@HOST, or address: answers@ours.example, or both"
            raise wrong("found neither url nor address", allowed)
        return self


class CalendarSettings(Section):
    """CalDAV. `url` is the address of a person's calendar, with `{email}` or `{user}` in it; `timeout` is how long a form waits for it."""

    url: Annotated[str, AfterValidator(_calendar_url)]
    timeout: Annotated[Duration, AfterValidator(_form_waits)] = LONGEST_WAIT


class MeetingSettings(Section):
    """`deck` is one's own template (PPTX). `ask_after`: how long after its end the organizer is asked whether a meeting was held.

    `brief_at` is the time of day, on the last business day before, at which the organizer gets the brief.
    """

    deck: str | None = None
    brief_at: TimeOfDay = "09:00"
    ask_after: Duration = timedelta(minutes=15)
    replies: ReplySettings | None = None
    calendar: CalendarSettings | None = None
