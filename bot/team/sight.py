"""Who sees what: money and comments are for those who look after the account, or for the whole team, as settings say."""

from collections.abc import Iterable
from dataclasses import replace

from bot.messages.catalog import Condition
from bot.settings import RoleSettings
from bot.team.roles import Actor
from models import Account, Alert

MONEY = frozenset({"arr", "currency"})
"""The signals that tell it."""


def is_csm_of(actor: Actor, account: Account) -> bool:
    """The CRM names them as the account's owner."""
    return bool(actor.email) and (account.owner_email or "").lower() == (actor.email or "").lower()


def sees_money(actor: Actor, account: Account, roles: RoleSettings, alert: Alert | None = None) -> bool:
    """Managers and admins always do. With `roles.money: owners`, else only the account's CSM and whoever has its alert in hand."""
    if roles.money == "team" or actor.is_manager:
        return True
    return is_csm_of(actor, account) or (alert is not None and actor.slack_id in (alert.assigned_to, alert.taken_by))


def without_money(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """For whoever may not see it: its terms stay, what they met does not."""
    return tuple(replace(one, value=None, withheld=True) if one.signal in MONEY else one for one in conditions)
