"""The half of the composition root that a sweep needs: settings → CRM, usage and mailbox. It loads nothing of Slack's."""

from bot.clock import Clock
from bot.connectors.crm.sql import SqlCrm
from bot.connectors.crm.sql_records import SqlRecords
from bot.connectors.engine import Warehouse
from bot.connectors.ports import Crm, CrmRecords, Entity, Mailbox, Usage
from bot.connectors.usage.sql import SqlUsage
from bot.database import Database
from bot.settings import LiveSettings, Settings
from jobs.sweep import Sweep


def sweep_of(settings: Settings, database: Database, now: Clock, live: LiveSettings | None = None) -> Sweep:
    """`live` None: a single pass, with the settings as they are given."""
    return Sweep(live or LiveSettings(settings, database), database, crm_of(settings), usage_of(settings), now)


def crm_of(settings: Settings, patience: float | None = None) -> Crm:
    """`patience`: seconds for one reading; None: as long as a sweep may take."""
    crm = settings.crm
    queries: dict[Entity, str] = {"accounts": crm.accounts}
    if crm.contacts:
        queries["contacts"] = crm.contacts
    return SqlCrm(Warehouse(crm.url, patience or crm.timeout.total_seconds()), queries)


def records_of(settings: Settings) -> CrmRecords | None:
    """None: settings do not say how to write to the CRM."""
    write = settings.crm.write
    return SqlRecords(write.url or settings.crm.url, write.read, write.write, write.timeout.total_seconds()) if write else None


def mailbox_of(settings: Settings) -> Mailbox | None:
    """Where answers to invitations come; None: settings name no mailbox."""
    replies = settings.meetings.replies
    if replies is None or replies.url is None:
        return None
    from bot.connectors.mailbox.imap import ImapMailbox  # noqa: PLC0415 (no sweep reads mail)

    return ImapMailbox(replies.url, replies.folder)


def usage_of(settings: Settings, patience: float | None = None) -> Usage | None:
    usage = settings.usage
    if usage is None:
        return None
    return SqlUsage(Warehouse(usage.url, patience or usage.timeout.total_seconds()), settings.metrics, settings.zone)
