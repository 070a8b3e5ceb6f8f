"""Who sees what: money and comments are for those who look after the account, or for the whole team, as settings say."""

from bot.settings import RoleSettings
from bot.team.roles import Actor
from models import Account, Alert


def sees_money(actor: Actor, account: Account, roles: RoleSettings, alert: Alert | None = None) -> bool:
    """Managers and admins always do. With `roles.money: owners`, else only the account's CSM and whoever has its alert in hand."""
    if roles.money == "team" or actor.is_manager:
        return True
    mine = bool(actor.email) and (account.owner_email or "").lower() == (actor.email or "").lower()
    return mine or (alert is not None and actor.slack_id in (alert.assigned_to, alert.taken_by))
