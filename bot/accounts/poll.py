"""Poll: the CRM's accounts and contacts become ours. A bad row is named and skipped; the others go on."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, or_, select, update
from sqlalchemy.orm import Session

from bot.accounts.catalogue import Kind
from bot.accounts.columns import ACCOUNT, CONTACT, BadRow
from bot.accounts.rows import EXAMPLES, Reader
from bot.bulk import among, count_anew, upsert
from bot.connectors.ports import Crm, Entity
from bot.database import Database
from bot.errors import SourceFailed
from bot.streams import read_beside
from models import Account, Contact, Field, Source

VANISHED_MIN = 10
SAME_STAGE = "excluded.stage = accounts.crm_stage OR (excluded.stage IS NULL AND accounts.crm_stage IS NULL)"
SAME_ADDRESS = "CASE WHEN excluded.email = contacts.email THEN contacts.bounced_at END"
RULES = {
    "accounts": (("stage", f"CASE WHEN {SAME_STAGE} THEN accounts.stage ELSE excluded.stage END"),),
    "contacts": (("bounced_at", SAME_ADDRESS),),
}
"""A stage that a playbook set stays until the CRM's own word changes; a new address has not bounced yet."""


@dataclass
class Poll:
    """What one reading of an entity gave. `vanished` counts those newly marked gone; `problem` is why it failed or was held."""

    source: str
    rows: int = 0
    bad_rows: int = 0
    bad_examples: list[BadRow] = field(default_factory=list)
    vanished: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Vanishing:
    """More than `share` of the known rows missing at once (and at least ten) is a broken export, not news: nobody is marked gone."""

    share: float


async def poll(database: Database, crm: Crm, now: datetime, vanishing: Vanishing) -> list[Poll]:
    """Reads accounts, then contacts. A failing reading is reported and leaves what we knew as it was."""
    polls = [await _poll(database, crm, _Kind("accounts", Account.__table__, ACCOUNT), now, vanishing)]
    if crm.offers("contacts"):
        polls.append(await _poll(database, crm, _Kind("contacts", Contact.__table__, CONTACT), now, vanishing))
    return polls


@dataclass(frozen=True)
class _Kind:
    """Accounts or contacts: where they are kept and how their columns are read."""

    entity: Entity
    table: Any
    columns: dict[str, Callable[[Any], Any]]


async def _poll(database: Database, crm: Crm, kind: _Kind, now: datetime, vanishing: Vanishing) -> Poll:
    table, report = kind.table, Poll(f"crm.{kind.entity}")
    reader = Reader(kind.columns, await database.run(_begin, report.source, table, now))
    try:
        async for rows, bad in read_beside(lambda: _read(crm, kind.entity, reader), database.reads_ahead):
            unreadable = [one.row for one in bad if one.row]
            repeated = await database.run(_store, table, reader, rows, unreadable, now)
            report.rows += len(rows)
            report.bad_rows += len(bad) + len(repeated)
            report.bad_examples += [*bad, *repeated][: EXAMPLES - len(report.bad_examples)]
        count, misfits = reader.misfits()
        report.bad_rows += count
        report.bad_examples += misfits[: EXAMPLES - len(report.bad_examples)]
        report.vanished, report.problem = await database.run(_mark_gone, table, now, vanishing)
    except SourceFailed as error:
        report.problem = str(error)
    await database.run(_record, report, kind, reader, now)
    return report


def _read(crm: Crm, entity: Entity, reader: Reader) -> Iterator[tuple[list[Any], list[BadRow]]]:
    """A page that cannot be used ends the reading at once: its connection must not hold locks until somebody collects garbage."""
    pages = crm.read(entity)
    try:
        yield from map(reader.read, pages)
    finally:
        if isinstance(pages, Generator):
            pages.close()


def _begin(session: Session, source: str, table: Table, now: datetime) -> dict[str, Kind]:
    """`polled_at` tells who was met in this pass; after another pass as of the same moment it has to be set back first.

    Returns what the columns that we have no name for held so far.
    """
    known = session.get(Source, source)
    if known and known.tried_at == now:
        earlier = now - timedelta(seconds=1)
        session.execute(update(table).where(table.c.polled_at == now).values(polled_at=earlier))
    return {name: Kind(held) for name, held in session.execute(select(Field.name, Field.kind))}


def _store(session: Session, table: Table, reader: Reader, rows: list[Any], unreadable: list[str], now: datetime) -> list[BadRow]:
    """Those rows whose id stood on an earlier page are given back: the last one counts."""
    columns, same = reader.columns, {**reader.absent, "polled_at": now, "gone_at": None}
    ids = [row[0] for row in rows]
    twice = session.scalars(select(table.c.id).where(table.c.id.in_(among(session, ids)), table.c.polled_at == now)).all()
    rows = _known_accounts(session, columns, rows) if table.name == "contacts" else rows
    if "stage" in columns:
        stage = columns.index("stage")
        columns, rows = (*columns, "crm_stage"), [(*row, row[stage]) for row in rows]
    elif table.name == "accounts":
        same["crm_stage"] = None
    upsert(session, table, columns, rows, same=same, rules=RULES.get(table.name, ()))
    if unreadable:  # still there, only unreadable: not gone
        session.execute(update(table).where(table.c.id.in_(unreadable)).values(polled_at=now))
    return [BadRow.repeated(row) for row in twice]


def _known_accounts(session: Session, columns: tuple[str, ...], rows: list[Any]) -> list[Any]:
    """Contacts of accounts that we do not know (skipped rows, other filters) are left out."""
    place = columns.index("account_id")
    known = set(session.scalars(select(Account.id).where(Account.id.in_(among(session, {row[place] for row in rows})))))
    return [row for row in rows if row[place] in known]


def _mark_gone(session: Session, table: Table, now: datetime, vanishing: Vanishing) -> tuple[int, str | None]:
    here = table.c.gone_at.is_(None)
    missing = here & (table.c.polled_at != now)
    total, gone = session.execute(select(func.count(), func.count().filter(missing)).select_from(table).where(or_(here, missing))).one()
    if gone >= VANISHED_MIN and gone > total * vanishing.share:
        return 0, f"{gone} of {total} rows are missing at once: taken for a broken export, nobody was marked gone"
    if gone:
        session.execute(update(table).where(missing).values(gone_at=now))
    return gone, None


def _record(session: Session, report: Poll, kind: _Kind, reader: Reader, now: datetime) -> None:
    source = session.get(Source, report.source) or Source(name=report.source)
    source.tried_at, source.problem = now, report.problem
    if report.problem is None:
        source.read_at, source.rows, source.bad_rows = now, report.rows, report.bad_rows
        source.bad_examples = [bad.as_dict() for bad in report.bad_examples]
    session.add(source)
    count_anew(session, kind.table, report.rows)
    for name, held in reader.kinds_now().items():
        session.merge(Field(name=name, kind=held))
