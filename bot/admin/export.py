"""The audit trail as a file for a spreadsheet. Names are others' text: no cell may begin as a formula would."""

import csv
import json
from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.admin.audit import STAYSAIL, conditions, deeds
from bot.messages import catalog as m
from models import Account, Teammate, Trace

MOST_ROWS: Final = 100_000
AT_ONCE: Final = 2_000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
HEAD: Final = ("at (UTC)", "who", "who (id)", "did", "deed", "account", "account (id)", "playbook", "version", "alert", "play", "detail")
CUT: Final = f"cut: only the newest {MOST_ROWS:,} rows are here; search for less to see the others"


def safe(value: object) -> str:
    """A cell that no spreadsheet calculates: https://owasp.org/www-community/attacks/CSV_Injection."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def write_audit(session: Session, file: Path, search: m.AuditSearch, now: datetime, zone: ZoneInfo) -> tuple[int, bool]:
    """Row by row: a hundred thousand are never in memory at once. Gives how many there are and whether some were left out."""
    rows = 0
    with file.open("w", encoding="utf-8-sig", newline="") as stream, closing(_rows(session, search, now, zone)) as every:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        for row in every:
            if rows == MOST_ROWS:
                writer.writerow([CUT])
                return rows, True
            writer.writerow([safe(cell) for cell in row])
            rows += 1
    return rows, False


def _rows(session: Session, search: m.AuditSearch, now: datetime, zone: ZoneInfo) -> Generator[Sequence[Any], None, None]:
    where, _ = conditions(session, search, now, zone)
    names = {row.slack_id: row.name for row in session.execute(select(Teammate.slack_id, Teammate.name))}
    words = deeds()
    wanted = (
        select(
            Trace.at, Trace.actor, Trace.what, Account.name, Trace.account_id,
            Trace.playbook, Trace.playbook_version, Trace.alert_id, Trace.play_id, Trace.detail,
        )
        .outerjoin(Account, Account.id == Trace.account_id)
        .where(*where)
        .order_by(Trace.at.desc(), Trace.id.desc())
        .limit(MOST_ROWS + 1)
    )  # fmt: skip
    with session.execute(wanted.execution_options(yield_per=AT_ONCE)) as found:
        for at, actor, what, *about, detail in found:
            who = "Staysail" if actor == STAYSAIL else names.get(actor, "")
            said = words[what][1] if what in words else what
            more = json.dumps(detail, ensure_ascii=False) if detail else ""
            yield f"{at:%Y-%m-%d %H:%M:%S}", who, actor, said, what, *about, more
