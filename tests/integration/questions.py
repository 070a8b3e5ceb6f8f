"""A house that asks: accounts and people without a CRM, playbooks in files, passes at any moment, and a mail server."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.clock import day_of
from bot.database import Database
from bot.delivery.dispatches import Post, dispatch_aftermath, dispatch_composer
from bot.delivery.limits import Limits
from bot.delivery.schemes import MAIL
from bot.delivery.senders.email import SmtpSender, SmtpServer
from bot.delivery.worker import Delivery, Worker
from bot.playbooks.decide import decide
from bot.playbooks.loading import guard_of, load_rulebook
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.runner import Moved, advance_plays
from bot.settings import Settings, load_settings
from jobs.surveys import look_after_surveys
from models import Account, Contact, Event, Invitation
from tests.post import LINKS, SECRET

NOW = datetime(2026, 3, 31, 7, tzinfo=UTC)
"""A Tuesday, nine o'clock in Prague."""
SENDER = "Ours customer success <cs@ours.example>"
VARIABLES = {"STAYSAIL_URL": "https://stay.ours.example", "STAYSAIL_SECRET": SECRET}
SETTINGS: dict[str, Any] = {
    "workspace": {"timezone": "Europe/Prague"},
    "channels": {"alerts": "#cs-alerts"},
    "crm": {"url": "sqlite:///nothing.db", "accounts": "SELECT id, name FROM accounts"},
    "email": {"url": "smtp://127.0.0.1:1", "from": SENDER},
    "surveys": {"company": "Ours"},
    "limits": {"contact": "50 per 7d", "account": "50 per 7d"},
    "playbooks": "./playbooks",
}


def settings_in(folder: Path, changes: Mapping[str, Any], variables: Mapping[str, str] = VARIABLES) -> Settings:
    (folder / "playbooks").mkdir(exist_ok=True)
    file = folder / "staysail.yml"
    file.write_text(json.dumps(SETTINGS | dict(changes)))
    return load_settings(file, variables)


def person(account: str, name: str, role: str | None = "admin", **more: Any) -> dict[str, Any]:
    about = {"id": f"{account}-{name}", "account_id": account, "name": name.title(), "email": f"{name}@{account}.example", "role": role}
    unknown = {"locale": None, "opted_out": False, "timezone": None, "unsubscribed_at": None, "bounced_at": None, "gone_at": None}
    return unknown | about | {"polled_at": NOW} | more


def account(id_: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": id_.title(), "stage": "adoption", "owner_email": "ann@ours.example", "polled_at": NOW} | more


@dataclass
class Questions:
    folder: Path
    database: Database
    changes: dict[str, Any] = field(default_factory=dict)
    enable: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return settings_in(self.folder, self.changes | {"enable": self.enable})

    async def add(self, accounts: Iterable[dict[str, Any]], people: Iterable[dict[str, Any]]) -> None:
        def work(session: Session, accounts: list[dict[str, Any]], people: list[dict[str, Any]]) -> None:
            if accounts:
                session.execute(insert(Account), accounts)
            if people:
                session.execute(insert(Contact), people)

        await self.database.run(work, list(accounts), list(people))

    def playbook(self, name: str, *steps: Any, **keys: Any) -> None:
        """One that begins as soon as a sweep sees it, unless told otherwise."""
        (self.folder / "playbooks").mkdir(exist_ok=True)
        form = {"playbook": name, "version": 1, "about": "A test", "kind": "survey", "trigger": "sweep", "when": "true", "once_per": "once"}
        whole = form | {"steps": list(steps)} | keys
        (self.folder / "playbooks" / f"{name}.yml").write_text(json.dumps({key: value for key, value in whole.items() if value}))
        self.enable = [*(one for one in self.enable if one != name), name]

    async def rulebook(self, now: datetime) -> Rulebook:
        settings = self.settings
        return await self.database.read(load_rulebook, settings, day_of(now, settings.zone))

    async def sweep(self, now: datetime = NOW) -> Moved:
        rulebook = await self.rulebook(now)
        await self.database.run(decide, rulebook, guard_of(self.settings, now), {}, now)
        return await advance_plays(self.database, None, rulebook, now)

    async def look_after(self, now: datetime) -> dict[str, int]:
        return await look_after_surveys(self.database, self.settings, now)

    async def happens(self, name: str, account_id: str, contact: str = "", now: datetime = NOW) -> None:
        row = Event(key=f"{name}:{account_id}:{contact}:{now.isoformat()}", name=name, at=now, account_id=account_id, contact_id=contact)
        await self.database.run(lambda session: session.add(row))

    def worker(self, url: str, now: datetime) -> Worker:
        sender = SmtpSender(SmtpServer.read(url), SENDER)
        composers = {"dispatch": dispatch_composer(Post(SENDER, LINKS), lambda: now)}
        aftermaths = {"dispatch": dispatch_aftermath(lambda: now)}
        return Worker(self.database, {MAIL: sender}, composers, Limits(50, {MAIL: 500}), lambda: now, aftermaths=aftermaths)

    async def deliver(self, url: str, now: datetime) -> Delivery:
        return await self.worker(url, now).deliver()

    async def rows(self, model: Any) -> list[Any]:
        return await self.database.read(lambda session: list(session.scalars(select(model).order_by(*model.__table__.primary_key))))

    async def invitations(self) -> list[tuple[str, str, str | None]]:
        """Who was asked, or held back and why, by contact."""
        return sorted((one.contact_id, one.state, one.held) for one in await self.rows(Invitation))

    async def asked(self) -> list[str]:
        return [contact for contact, state, _ in await self.invitations() if state == "asked"]
