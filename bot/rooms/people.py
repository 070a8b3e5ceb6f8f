"""Who helps, who is in a room, and who may do what there."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.messages.catalog import Person
from bot.settings import RoleSettings
from bot.settings.forms import RoomSettings
from bot.team.directory import by_email, is_ours
from bot.team.roles import Actor, Role, actor_of
from models import Account, Alert, Room, Teammate

MOST_MANAGERS = 10


def person_of(slack_id: str) -> Person:
    return Person(slack_id=slack_id)


def helpers_of(session: Session, settings: RoomSettings, topic: str) -> list[Teammate]:
    """The specialists of a topic who are in Slack, in the order of the settings."""
    emails = [email.lower() for email in settings.specialists.get(topic, ())]
    known = by_email(session, emails)
    return [known[email] for email in dict.fromkeys(emails) if email in known]


def most_urgent(settings: RoomSettings) -> str:
    return min(settings.urgencies, key=lambda name: settings.urgencies[name].within)


def managers(session: Session, roles: RoleSettings) -> list[Teammate]:
    """Those whom the settings call managers, by name or by user group; a few of them, should they be many."""
    emails = [name.lower() for name in roles.managers if not name.startswith("@")]
    found = list(by_email(session, emails).values())
    if len(emails) < len(roles.managers):
        everybody = session.scalars(select(Teammate).where(is_ours()).order_by(Teammate.slack_id))
        found += [one for one in everybody if one not in found and Role.MANAGER in actor_of(one, roles).roles]
    return sorted(found, key=lambda one: one.slack_id)[:MOST_MANAGERS]


def owner_of(session: Session, alert: Alert, account: Account) -> tuple[str | None, str | None]:
    """Who looks after the alert, as a Slack id; or else the e-mail address of somebody who is not in Slack."""
    slack_id = alert.assigned_to or alert.taken_by
    if slack_id or not account.owner_email:
        return slack_id, None
    known = by_email(session, [account.owner_email]).get(account.owner_email)
    return (known.slack_id, None) if known else (None, account.owner_email)


def must_answer(actor: Actor, room: Room, settings: RoomSettings) -> None:
    """Accepting and handing back: whoever is asked, another specialist of the topic, a manager."""
    if not (_is_helper(actor, room, settings) or actor.is_manager):
        others = ", the other specialists of its topic" if settings.specialists.get(room.topic) else ""
        raise Refused(f"Only whoever is asked{others} and managers may do this.")


def must_take_part(actor: Actor, room: Room, settings: RoomSettings, owners: Sequence[str | None]) -> None:
    """Closing, and asking somebody else: besides those who may answer, whoever asked and the account's CSM."""
    if actor.slack_id not in (room.asked_by, *owners) and not (_is_helper(actor, room, settings) or actor.is_manager):
        raise Refused("Only whoever asked, whoever is asked, the account's CSM and managers may do this.")


def _is_helper(actor: Actor, room: Room, settings: RoomSettings) -> bool:
    topic = {email.lower() for email in settings.specialists.get(room.topic, ())}
    return actor.slack_id in (room.specialist, room.answered_by) or (actor.email or "").lower() in topic
