"""Customers at the page of a survey: people with a browser, what they see of it, and the house that asked them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot.database import Database
from bot.settings import LiveSettings, load_settings
from bot.surveys.library import load_text
from bot.surveys.links import SurveyLinks
from bot.surveys.shelf import keep
from handlers.web.surveys import survey_routes
from models import Account, Base, Contact, Invitation
from tests.factories import RisingClock

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
LINKS = SurveyLinks("https://stay.ours.example", "a secret of tests")
TOKEN = "a-random-token"
SURVEY = """
survey: nps
version: 1
about: A test
kind: nps
words:
  en: {question: "Would you recommend {company}?", low: Never, high: Always,
       follow_up: {detractor: "What is wrong?", passive: "What is missing?", promoter: "What is good?"},
       thanks: {detractor: We are sorry., passive: We will do better., promoter: We are glad.}}
  cs: {question: "Doporučíte {company}?", low: Nikdy, high: Vždy}
  he: {question: "האם תמליץ על {company}?", low: לעולם לא, high: תמיד}
"""
ANONYMOUS = SURVEY.replace("survey: nps", "survey: pulse").replace("kind: nps", "kind: nps\nanonymous: true")
SETTINGS: dict[str, Any] = {
    "workspace": {"timezone": "Europe/Prague"},
    "channels": {"alerts": "#cs-alerts"},
    "crm": {"url": "sqlite:///nothing.db", "accounts": "SELECT id, name FROM accounts"},
    "email": {"url": "smtp://127.0.0.1:1", "from": "Ours & co <cs@ours.example>"},
}


@dataclass
class House:
    """The routes over a real database, with a person who was asked."""

    folder: Path
    database: Database
    settings: dict[str, Any] = field(default_factory=dict)
    answered: int = 0
    clock: RisingClock = field(default_factory=lambda: RisingClock(NOW))

    def __post_init__(self) -> None:
        file = self.folder / "staysail.yml"
        file.write_text(json.dumps(SETTINGS | self.settings))
        live = LiveSettings(load_settings(file, {}), self.database)
        routes = survey_routes(self.database, LINKS, live, self.clock, self._answered)
        transport = httpx.ASGITransport(Starlette(routes=routes))
        self.browser = httpx.AsyncClient(transport=transport, base_url="https://stay.ours.example")

    def _answered(self) -> None:
        self.answered += 1

    async def ask(self, text: str = SURVEY, token: str = TOKEN, **invitation: Any) -> str:
        """The link in the letter to a new person."""
        await self.database.run(_asked, text, token, invitation)
        return LINKS.page(token)

    async def get(self, url: str, **headers: str) -> "Seen":
        return Seen(await self.browser.get(url, headers=headers))

    async def send(self, url: str, score: Any = None, comment: str = "", **headers: str) -> "Seen":
        """What the form sends, followed to the page that it leads to."""
        form = {"comment": comment.replace("\n", "\r\n")} | ({} if score is None else {"score": str(score)})
        return Seen(await self.browser.post(url, data=form, headers=headers, follow_redirects=True))

    async def every(self, table: Any) -> list[Any]:
        keys = table.__table__.primary_key.columns
        return await self.database.read(lambda session: list(session.scalars(select(table).order_by(*keys))))

    async def all_rows(self) -> dict[str, list[Any]]:
        """Everything that the database holds."""
        return await self.database.read(_all_rows)


def _asked(session: Session, text: str, token: str, more: dict[str, Any]) -> None:
    survey = load_text(text, "test.yml")
    keep(session, [survey], NOW)
    account, contact = f"account-of-{token}", f"contact-of-{token}"
    session.add(Account(id=account, name="Acme", owner_email="jana@ours.example", polled_at=NOW))
    session.flush()
    session.add(Contact(id=contact, account_id=account, name="Marta Silva", email=f"{token}@acme.example", polled_at=NOW))
    row = {
        "survey": survey.name,
        "version": survey.version,
        "kind": survey.kind.value,
        "relational": True,
        "anonymous": survey.anonymous,
        "wave": f"play:{token}",
        "account_id": account,
        "contact_id": contact,
        "person": f"{token}@acme.example",
        "state": "asked",
        "language": "en",
        "token": token,
        "created_at": NOW,
        "asked_at": NOW,
        "expires_at": NOW + timedelta(days=21),
        "remind_at": NOW + timedelta(days=5),
    }
    session.add(Invitation(**row | more))


def _all_rows(session: Session) -> dict[str, list[Any]]:
    return {table.name: [tuple(row) for row in session.execute(select(table))] for table in Base.metadata.sorted_tables}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""


class Seen(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response, self.status = response, response.status_code
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in ("meta", "input", "br"):
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, /, **attributes: str) -> list[Element]:
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [one for one in self.elements if one.name == tag and wanted.items() <= one.attributes.items()]

    def one(self, tag: str, /, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def title(self) -> str:
        return self.one("title").text

    @property
    def said(self) -> str:
        return " ".join(self.one("body").text.split())

    @property
    def chosen(self) -> str | None:
        """The score that is chosen in the form."""
        return next((one.attributes["value"] for one in self.all("input", type="radio") if "checked" in one.attributes), None)

    @property
    def comment(self) -> str:
        """What stands in the field: a browser drops the first line end."""
        return self.one("textarea").text.removeprefix("\n")

    @property
    def asked(self) -> str:
        """The question beside the field, where a browser does not know `:has()`."""
        return "".join(
            one.text for one in self.all("span") if "ask" in one.attributes.get("class", "").split() and "hidden" not in one.attributes
        )


@contextmanager
def holding(database: Database) -> Iterator[Any]:
    """A unit of work that goes on until it is told to end, as a part of a sweep does."""
    from threading import Event

    begun, end = Event(), Event()

    def work(session: Session) -> None:
        begun.set()
        assert end.wait(10)

    yield work, begun, end
    end.set()
