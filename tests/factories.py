"""Small customers' databases, and a whole running Staysail beside a local Slack.

world = await open_world()          # the default company, swept; the worker runs
card = await world.card("Acme")     # waits for it
await world.click(JANA, card, Action.ALERT_TAKE)
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import yaml
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App, build
from bot.clock import day_of
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.keys import alert_subject, breaker_subject
from bot.manifest import manifest_text
from bot.messages.actions import Action
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.listener import listening
from bot.sandbox.messages import Message
from bot.sandbox.server import Person, Sandbox, Timing
from bot.sandbox.views import View
from bot.serve import bolt_of, schedule_of, slack_route, slack_session, team_of
from bot.settings import load_settings
from jobs.duty import duty
from jobs.report import Report
from jobs.schedule import Schedule
from models import Account, Alert, Breaker, OutboxMessage, Trace
from tests import prepared
from tests.cast import ADMIN, CAST, JANA, LEAD, OLIVER, ROOMS

ZONE = ZoneInfo("Europe/Prague")
WEDNESDAY = datetime(2026, 11, 18, 9, tzinfo=UTC)
PATIENT = Timing(ack=3.0, trigger=3.0, event_retries=(0.01, 0.01, 0.01))
DAYS = 91

Story = Callable[[int], float]
"""Active users of a day, by how many days ago it is (1: yesterday)."""


def steady(ago: int) -> float:
    return 41


def dropped(ago: int) -> float:
    return 17 if ago <= 14 else 41


def worse(ago: int) -> float:
    return 8 if ago <= 14 else 41


def better(ago: int) -> float:
    """No longer a drop, not yet recovered."""
    return 29 if ago <= 14 else 41


def silent(ago: int) -> float:
    return 0 if ago <= 12 else 41


class Company:
    """A CRM and a usage database in two SQLite files, in which every account has a story."""

    def __init__(self, folder: Path) -> None:
        self.crm, self.usage = folder / "crm.db", folder / "usage.db"
        self.stories: dict[str, Story] = {}
        self.newest: date | None = None
        self._written: tuple[date, date, dict[str, Story]] | None = None

    @classmethod
    def begun(cls, folder: Path, accounts: Callable[["Company"], None]) -> "Company":
        """With these accounts, on the day on which scenarios begin; many begin with the same."""
        company = cls(folder)
        if "<" in accounts.__qualname__:
            company._begin(accounts)
            return company
        crm, usage, known = _beginning(accounts)
        company.crm.write_bytes(crm)
        company.usage.write_bytes(usage)
        vars(company).update(known | {"crm": company.crm, "usage": company.usage, "stories": dict(known["stories"])})
        return company

    def _begin(self, accounts: Callable[["Company"], None]) -> None:
        with _opened(self.crm) as crm:
            crm.execute(
                "CREATE TABLE accounts (id TEXT, name TEXT, domain TEXT, owner_email TEXT, arr REAL, currency TEXT, plan TEXT, seats INT,"
                " stage TEXT, started_on TEXT, renewal_on TEXT, churned_on TEXT, url TEXT)"
            )
            crm.execute("CREATE TABLE contacts (id TEXT, account_id TEXT, name TEXT, email TEXT, role TEXT)")
        with _opened(self.usage) as usage:
            usage.execute("CREATE TABLE product_usage (account_id TEXT, day TEXT, active_users REAL)")
        accounts(self)
        self.write_usage(day_of(WEDNESDAY, ZONE))

    def account(self, name: str, story: Story = dropped, **more: Any) -> str:
        """Adds an account; what is not said is believable. Returns its id."""
        number = len(self.stories) + 1
        row = {
            "id": f"a{number}",
            "name": name,
            "domain": f"account{number}.example",
            "owner_email": JANA.email,
            "arr": 10_000 * number,
            "currency": "EUR",
            "plan": "Team",
            "seats": 50,
            "stage": "adoption",
            "started_on": "2024-01-15",
            "renewal_on": "2027-06-30",
            "churned_on": None,
            "url": f"https://crm.example/accounts/{number}",
        } | more
        self.stories[row["id"]] = story
        contact = (f"c{number}", row["id"], f"Contact of {name}", f"contact@{row['domain']}", "Admin")
        with _opened(self.crm) as crm:
            crm.execute(f"INSERT INTO accounts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
            crm.execute("INSERT INTO contacts VALUES (?, ?, ?, ?, ?)", contact)
        return str(row["id"])

    def contact(self, account_id: str, id_: str, name: str, email: str | None, role: str | None = None) -> None:
        """One more person at an account."""
        with _opened(self.crm) as crm:
            crm.execute("INSERT INTO contacts VALUES (?, ?, ?, ?, ?)", (id_, account_id, name, email, role))

    def change(self, name: str, **columns: Any) -> None:
        with _opened(self.crm) as crm:
            for column, value in columns.items():
                crm.execute(f"UPDATE accounts SET {column} = ? WHERE name = ?", (value, name))

    def tells(self, name: str, story: Story) -> None:
        """From now on the account has another story."""
        with _opened(self.crm) as crm:
            (found,) = crm.execute("SELECT id FROM accounts WHERE name = ?", (name,)).fetchone()
        self.stories[found] = story

    def write_usage(self, today: date) -> None:
        """Every account's last weeks up to yesterday, or up to `newest` when the export stands still."""
        last = self.newest or today - timedelta(days=1)
        if self._written == (today, last, self.stories):
            return
        days = [(ago, day.isoformat()) for ago in range(1, DAYS + 1) if (day := today - timedelta(days=ago)) <= last]
        rows = [(account, day, value) for account, story in self.stories.items() for ago, day in days if (value := story(ago))]
        self._written = today, last, dict(self.stories)
        with _opened(self.usage) as usage:
            usage.execute("DELETE FROM product_usage")
            usage.executemany("INSERT INTO product_usage VALUES (?, ?, ?)", rows)


@cache
def _beginning(accounts: Callable[[Company], None]) -> tuple[bytes, bytes, dict[str, Any]]:
    """What both files hold, and what the company knows besides."""
    with TemporaryDirectory() as folder:
        company = Company(Path(folder))
        company._begin(accounts)
        return company.crm.read_bytes(), company.usage.read_bytes(), vars(company)


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file)
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY")
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def few_accounts(company: Company) -> None:
    """The default company: two with an owner, one without, one whose owner is not in Slack, one that is well."""
    company.account("Acme", owner_email=JANA.email, arr=120_000)
    company.account("Borealis", owner_email=OLIVER.email, arr=48_000)
    company.account("Cobalt", owner_email=None, arr=30_000)
    company.account("Dynamo", owner_email="nora@ours.example", arr=20_000)
    company.account("Evergreen", steady, owner_email=JANA.email)


@dataclass
class RisingClock:
    """The clock of the domain: stands still until it is told to move."""

    at: datetime = WEDNESDAY

    def __call__(self) -> datetime:
        return self.at

    def move(self, **how_far: float) -> None:
        self.at += timedelta(**how_far)


SETTINGS: dict[str, Any] = {
    "workspace": {"timezone": "Europe/Prague", "business_hours": "Mon-Sun 00:00-24:00"},
    "channels": {"alerts": "#cs-alerts", "managers": "#cs-leads"},
    "crm": {
        "accounts": "SELECT id, name, domain, owner_email, arr, currency, plan, seats, stage, started_on, renewal_on, churned_on, url "
        "FROM accounts",
        "contacts": "SELECT id, account_id, name, email, role FROM contacts",
    },
    "usage": {
        "metrics": {
            "active_users": {
                "from": "product_usage",
                "account": "account_id",
                "day": "day",
                "value": "active_users",
                "aggregate": "avg",
                "recent": "14d",
                "baseline": "56d",
            }
        }
    },
    "limits": {"cards_a_day": 5, "posts_per_second": 50},
    "roles": {"admins": [ADMIN.email], "managers": [LEAD.email]},
    "alerts": {"deadlines": []},
    "digest": {"enabled": False},  # a scenario about it switches it on
    "enable": ["usage-drop"],
    "sweep_every": "1d",
}


def settings_text(changes: dict[str, Any] | None = None) -> str:
    """staysail.yml for any company: addresses are variables. `changes` are laid over section by section."""
    document: dict[str, Any] = {**SETTINGS, "crm": {"kind": "sql", "url": "${CRM}", **SETTINGS["crm"]}}
    document["usage"] = {"url": "${USAGE}", **SETTINGS["usage"]}
    for section, value in (changes or {}).items():
        document[section] = {**document.get(section, {}), **value} if isinstance(value, dict) else value
    return str(yaml.dump(document, Dumper=yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper, allow_unicode=True))


async def until(holds: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """Asks after 5 ms and then ever more rarely, for whoever is waited for needs the processor too; what `holds` gave once it is true."""
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + seconds, 0.005
    while not (found := await _answer(holds())):
        if loop.time() > end:
            raise AssertionError(f"after {seconds:g} s still not: {what}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return found


async def _answer(value: Any) -> Any:
    return await value if asyncio.iscoroutine(value) else value


def words(found: Any) -> str:
    """Every text that a person reads in blocks or a view, a line each; a mention in rich text as `<@U…>`."""
    if isinstance(found, list):
        return "\n".join(filter(None, map(words, found)))
    if not isinstance(found, dict):
        return ""
    if found.get("type") == "user":
        return f"<@{found['user_id']}>"
    own = found.get("text")
    if isinstance(own, str):
        return own
    return "\n".join(filter(None, (words(value) for value in found.values() if isinstance(value, dict | list))))


@dataclass
class Card:
    """A message in a channel, as it is now."""

    message: Message

    @property
    def words(self) -> str:
        return words(self.message.blocks)

    @property
    def read(self) -> str:
        """As it is seen: without the marks' invisible breaks."""
        return self.words.replace("\u200b", "")

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def versions(self) -> int:
        return self.message.versions

    @property
    def channel(self) -> str:
        return self.message.channel

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def buttons(self) -> list[str]:
        """Labels, in order."""
        return [
            element["text"]["text"]
            for block in self.message.blocks
            for element in [*block.get("elements", []), block.get("accessory") or {}]
            if element.get("type") == "button"
        ]


@dataclass
class World:
    """The running parts of one installation, and what people do in its Slack."""

    app: App
    sandbox: Sandbox
    company: Company
    clock: RisingClock
    schedule: Schedule
    config: Path
    variables: dict[str, str]
    _serving: "asyncio.Future[None] | None" = None
    reports: list[Report] = field(default_factory=list)

    # --- what the clock starts

    async def sweep(self) -> Report:
        """A pass a second later: two passes never see the same moment."""
        self._a_second_later()
        return self._swept(await self.app.sweep.run())

    async def first_sweep(self, key: prepared.Key | None) -> None:
        """Like `sweep`; if a scenario before began with the same company, a copy of what its sweep left takes its place."""
        left = prepared.SWEPT.get(key) if key else None
        if left:
            self._a_second_later()
            await self.app.database.run(prepared.lay, left)
            self._swept(left.report)
            return
        report = await self.sweep()
        if key:
            prepared.SWEPT.put(key, await self.app.database.read(prepared.look, report))

    async def begin(self, key: prepared.Key | None, swept: prepared.Key | None, story: "Begin") -> None:
        """The first sweep, and a story that changes nothing but through Slack; if one before began so, a copy of what that left."""
        left = prepared.SWEPT.get(key) if key else None
        if left and left.seen:
            self._a_second_later()
            await self.app.database.run(prepared.lay, left)
            self.clock.at = left.seen.at
            prepared.show(left.seen, self.sandbox)
            self.reports.append(left.report)
            return self.start_worker()
        await self.first_sweep(swept)
        self.start_worker()
        await story(self)
        await self.quiet()
        await self.sandbox.settled()
        if key:
            left = await self.app.database.read(prepared.look, self.reports[-1])
            prepared.SWEPT.put(key, prepared.see(left, self.sandbox, self.clock.at))
        return None

    def _a_second_later(self) -> None:
        self.clock.move(seconds=1)
        self.company.write_usage(day_of(self.clock.at, ZONE))

    def _swept(self, report: Report) -> Report:
        self.reports.append(report)
        self.app.worker.wake()
        return report

    async def duty(self, **later: float) -> dict[str, int]:
        """A pass over what is due for people, so much later; what it tells has arrived."""
        self.clock.move(**later)
        done = await duty(self.app.database, self.app.settings, self.clock.at)
        self.app.worker.wake()
        await until(self._is_sent, "what is due has arrived")
        return done

    async def _is_sent(self) -> bool:
        return not await self.app.database.read(_due_rows, self.clock.at)

    def direct(self, person: Person) -> list[str]:
        """What Staysail has written to somebody directly, oldest first, as it is seen."""
        return [Card(message).read for message in self.sandbox.direct_messages(person.id) if message.from_bot]

    def start_worker(self) -> None:
        self._serving = asyncio.ensure_future(self.app.worker.run())

    async def stop_worker(self) -> None:
        if self._serving:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving
            self._serving = None

    # --- what people do

    async def click(self, person: Person, card: Card, action: Action, value: Any = None) -> Outcome:
        return await self.sandbox.click(person.id, card.channel, card.ts, action.value, value)

    def modal(self, person: Person) -> View:
        """The topmost modal."""
        return self.sandbox.views(person.id)[-1]

    def modal_words(self, person: Person) -> str:
        return words(self.modal(person).body["blocks"])

    async def submit(self, person: Person, **values: Any) -> Outcome:
        return await self.sandbox.submit(person.id, self.modal(person).id, values)

    async def open_and_submit(self, person: Person, card: Card, action: Action, **values: Any) -> Outcome:
        assert (await self.click(person, card, action)).ok
        return await self.submit(person, **values)

    async def command(self, person: Person, text: str) -> Card:
        """The answer that only they see, in the acknowledgement or after it."""
        before = {message.ts for message in self.sandbox.ephemerals(person.id)}
        outcome = await self.sandbox.command(person.id, "#cs-alerts", "/stay", text)
        assert outcome.ok, outcome

        def new() -> list[Message]:
            return [message for message in self.sandbox.ephemerals(person.id) if message.ts not in before]

        (answer,) = await until(new, f"/stay {text} is answered")
        return Card(answer)

    def told(self, person: Person) -> list[str]:
        """What the person was told alone, oldest first."""
        return [words(message.blocks) or message.text for message in self.sandbox.ephemerals(person.id)]

    # --- what is seen

    async def quiet(self, seconds: float = 10.0) -> None:
        """Every message shows the last state, or was given up."""
        await until(self._is_quiet, "every message is up to date", seconds)

    async def _is_quiet(self) -> bool:
        return not await self.app.database.read(outbox.count_waiting)

    async def card(self, account: str, seconds: float = 10.0) -> Card:
        """The card of the account's newest alert, once it shows the last state."""
        row = await until(lambda: self.app.database.read(_card_row, account), f"a card of {account} is up to date", seconds)
        return self._message(row)

    async def notice(self) -> Card:
        """The newest notice to the admins, once it shows the last state."""
        return self._message(await until(lambda: self.app.database.read(_notice_row), "a notice is up to date"))

    def _message(self, row: OutboxMessage) -> Card:
        found = self.sandbox.workspace.find_message(row.channel_id or "", row.ts or "")
        assert found is not None
        return Card(found)

    def posts(self) -> list[Message]:
        """What the bot has posted in channels."""
        workspace = self.sandbox.workspace
        return [m for channel in workspace.channels.values() for m in channel.messages.values() if m.from_bot]

    def calls(self, method: str) -> list[Any]:
        return [call for call in self.sandbox.calls if call.method == method]

    # --- what is remembered

    async def alert(self, account: str) -> Alert:
        """The newest alert of the account."""
        found: Alert = await self.app.database.read(_newest_alert, account)
        return found

    async def did(self, account: str) -> list[tuple[str, str]]:
        """What happened to the account's newest alert: what, who."""
        return await self.app.database.read(_history, account)

    async def rows(self) -> list[OutboxMessage]:
        return await self.app.database.read(lambda session: list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at))))

    async def dead(self) -> list[OutboxMessage]:
        return [row for row in await self.rows() if row.dead_at]


def _due_rows(session: Session, now: datetime) -> list[str]:
    return list(session.scalars(select(OutboxMessage.id).where(outbox.is_behind(), OutboxMessage.due_at <= now)))


def _newest_alert(session: Session, account: str) -> Alert | None:
    joined = select(Alert).join(Account, Account.id == Alert.account_id).where(Account.name == account)
    return session.scalars(joined.order_by(Alert.id.desc()).limit(1)).first()


def _history(session: Session, account: str) -> list[tuple[str, str]]:
    alert = _newest_alert(session, account)
    traces = session.scalars(select(Trace).where(Trace.alert_id == (alert.id if alert else None)).order_by(Trace.id))
    return [(trace.what, trace.actor) for trace in traces]


def _card_row(session: Session, account: str) -> OutboxMessage | None:
    alert = _newest_alert(session, account)
    return _shown(session, alert_subject(alert.id)) if alert else None


def _notice_row(session: Session) -> OutboxMessage | None:
    breaker = session.scalars(select(Breaker).order_by(Breaker.id.desc()).limit(1)).first()
    return _shown(session, breaker_subject(breaker.id)) if breaker else None


def _shown(session: Session, subject: str) -> OutboxMessage | None:
    row = session.scalar(select(OutboxMessage).where(OutboxMessage.subject == subject))
    return row if row and row.ts and row.shown_version >= row.wanted_version else None


Begin = Callable[[World], Awaitable[Any]]
"""What a scenario's people have done before it begins; several scenarios may begin so."""


@dataclass(frozen=True)
class Plan:
    """What a scenario starts with. `mail`: letters go to the sandbox's inbox. `variables` are more of the environment's."""

    accounts: Callable[[Company], None] = few_accounts
    settings: dict[str, Any] = field(default_factory=dict)
    transport: str = "socket"
    usergroups: dict[str, list[str]] = field(default_factory=dict)
    sweep: bool = True
    worker: bool = True
    timeout: float = 15.0
    mail: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    begin: Begin | None = None


async def start_world(stack: AsyncExitStack, folder: Path, database: Database, plan: Plan) -> World:
    """Everything that `run` joins, but for the scheduler; torn down by the stack."""
    begun = await prepared.key_of(database, vars(plan), folder) if plan.begin else None
    key = await prepared.key_of(database, vars(replace(plan, begin=None)), folder) if plan.sweep else None
    door = _Door()
    events_url = await stack.enter_async_context(door.open()) if plan.transport == "http" else None
    manifest = read_manifest()
    sandbox = Sandbox(
        people=CAST, rooms=ROOMS, manifest=manifest, timing=PATIENT, events_url=events_url, usergroups=plan.usergroups, team_name="Ours"
    )
    await stack.enter_async_context(sandbox.serve())
    company = Company.begun(folder, plan.accounts)
    config = folder / "staysail.yml"
    email = {"url": "${SMTP}", "from": "Customer success <cs@ours.example>", "per_second": 50}
    config.write_text(settings_text({"email": email} | plan.settings if plan.mail else plan.settings))
    addresses = {"CRM": f"sqlite:///{company.crm}", "USAGE": f"sqlite:///{company.usage}", "SMTP": sandbox.smtp_url}
    variables = variables_of(sandbox, database.url.render_as_string(hide_password=False), plan.transport) | addresses | plan.variables
    clock = RisingClock()
    session = await stack.enter_async_context(slack_session())
    session._timeout = aiohttp.ClientTimeout(total=plan.timeout)
    app = build(load_settings(config, variables), session, clock, database)
    schedule = schedule_of(app)
    world = World(app, sandbox, company, clock, schedule, config, variables)
    bolt = bolt_of(app, schedule, await team_of(app))
    if plan.transport == "http":
        door.endpoint = slack_route(bolt).endpoint
    else:
        handler = AsyncSocketModeHandler(bolt, sandbox.app_token, web_client=app.client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        stack.push_async_callback(handler.close_async)
    await app.directory.refresh(clock())
    stack.push_async_callback(world.stop_worker)
    if plan.begin:
        await world.begin(begun, key, plan.begin)
        return world
    if plan.sweep:
        await world.first_sweep(key)
    if plan.worker:
        world.start_worker()
    return world


@cache
def read_manifest() -> dict[str, Any]:
    """As it is printed for a team whose links to the CRM unfold."""
    found: dict[str, Any] = yaml.safe_load(manifest_text(domains=["crm.example"]))
    return found


def variables_of(sandbox: Sandbox, database_url: str, transport: str = "socket") -> dict[str, str]:
    secret = {"SLACK_SIGNING_SECRET": sandbox.signing_secret} if transport == "http" else {"SLACK_APP_TOKEN": sandbox.app_token}
    return {"DATABASE_URL": database_url, "SLACK_API_URL": sandbox.api_url, "SLACK_BOT_TOKEN": sandbox.bot_token, **secret}


class _Door:
    """The bot's address for Slack's requests: it stands before the bot does."""

    endpoint: Any = None

    def open(self) -> Any:
        async def enter(request: Request) -> Response:
            answer: Response = await self.endpoint(request)
            return answer

        return _with_path(listening(Starlette(routes=[Route("/slack/events", enter, methods=["POST"])]), "127.0.0.1", 0))


class _with_path:  # noqa: N801 (a context manager)
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aenter__(self) -> str:
        return f"{await self._inner.__aenter__()}/slack/events"

    async def __aexit__(self, *error: Any) -> Any:
        return await self._inner.__aexit__(*error)
