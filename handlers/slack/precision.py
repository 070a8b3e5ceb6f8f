"""Playbooks that were demoted to the digest: admins give them their cards back."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.duty.precision import restore
from bot.messages import catalog as m
from bot.messages.actions import Action
from bot.playbooks.overview import playbook_answer
from bot.team.roles import Actor, must_be_admin
from handlers.slack.desk import Desk, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click

SAID = "Restored: its next alerts have cards again. Earlier verdicts no longer count."


async def restore_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    """The notice in the admins' channel says so by itself; the answer about the playbook is shown anew."""
    must_be_admin(actor, desk.settings.roles)
    name, now = click.value, desk.now()
    await desk.database.run(restore, name, actor.slack_id, now)
    desk.worker.wake()
    if click.block != m.PlaybookAnswer.BUTTONS:
        return None
    return Replace(await desk.database.read(_shown, desk, name, now))


def _shown(session: Session, desk: Desk, name: str, now: datetime) -> m.PlaybookAnswer:
    return playbook_answer(session, desk.load_rulebook(session), name, now, admin=True, said=SAID)


FEATURE = Feature(clicks={Action.PRECISION_RESTORE: restore_clicked})
