"""Roles: who may do what. Checked at every click, against the acting person and the account."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import Refused
from bot.settings import RoleSettings
from models import Teammate


class Role(StrEnum):
    CSM = "csm"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """The person who acts. Every full member of the workspace is a teammate; managers and admins are named in settings."""

    slack_id: str
    email: str | None
    name: str
    timezone: str | None
    roles: frozenset[Role]

    @property
    def is_manager(self) -> bool:
        return bool(self.roles & {Role.MANAGER, Role.ADMIN})

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles


def actor_of(teammate: Teammate, roles: RoleSettings) -> Actor:
    """Refuses guests, people of other organisations, and those whose account is closed."""
    if teammate.is_foreign:
        raise Refused("Only people of our own workspace may do this: you are here from another organisation.")
    if teammate.is_guest:
        raise Refused("Only full members of our workspace may do this: you are here as a guest. Ask the account's CSM or a manager.")
    if not teammate.is_active:
        raise Refused("Your Slack account is closed.")
    held = {Role.CSM}
    held |= {Role.MANAGER} if _named(teammate, roles.managers) else set()
    held |= {Role.ADMIN} if _named(teammate, roles.admins) else set()
    return Actor(teammate.slack_id, teammate.email, teammate.name, teammate.timezone, frozenset(held))


def _named(teammate: Teammate, names: tuple[str, ...]) -> bool:
    wanted = {name.lower() for name in names}
    return bool(wanted & {teammate.email or "", *(f"@{handle}" for handle in teammate.groups)})


def must_be_admin(actor: Actor, roles: RoleSettings) -> None:
    if not actor.is_admin:
        who = ", ".join(roles.admins) or "nobody: name somebody under `roles.admins` in staysail.yml"
        raise Refused(f"Only admins may do this. Admins are: {who}.")


def group_handles(roles: RoleSettings) -> list[str]:
    return [name[1:].lower() for name in (*roles.admins, *roles.managers) if name.startswith("@")]
