"""The half of the composition root that a sweep needs: settings → CRM and usage connectors. It loads nothing of Slack's."""

from bot.clock import Clock
from bot.connectors.crm.sql import SqlCrm
from bot.connectors.engine import Warehouse
from bot.connectors.ports import Crm, Entity, Usage
from bot.connectors.usage.sql import SqlUsage
from bot.database import Database
from bot.settings import Settings
from jobs.sweep import Sweep


def sweep_of(settings: Settings, database: Database, now: Clock) -> Sweep:
    return Sweep(settings, database, crm_of(settings), usage_of(settings), now)


def crm_of(settings: Settings) -> Crm:
    crm = settings.crm
    queries: dict[Entity, str] = {"accounts": crm.accounts}
    if crm.contacts:
        queries["contacts"] = crm.contacts
    return SqlCrm(Warehouse(crm.url, crm.timeout.total_seconds()), queries)


def usage_of(settings: Settings) -> Usage | None:
    usage = settings.usage
    if usage is None:
        return None
    return SqlUsage(Warehouse(usage.url, usage.timeout.total_seconds()), settings.metrics, settings.zone)
