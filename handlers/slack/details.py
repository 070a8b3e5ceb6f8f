"""Everything known about an alert's account, in one modal that opens at once and fills in."""

from sqlalchemy.orm import Session

from bot.details.known import Sight, details_of
from bot.messages import catalog as m
from bot.messages.actions import Action
from bot.team.roles import Actor
from bot.team.sight import sees_money
from handlers.slack.alerts import load_alert
from handlers.slack.desk import Desk, Filling, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click
from models import Account


async def details_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    modal, account = await desk.database.read(_load, desk, actor, int(click.value))
    return Filling(desk.details.opening(modal), lambda: desk.details.fill(modal, account))


def _load(session: Session, desk: Desk, actor: Actor, alert_id: int) -> tuple[m.DetailsModal, Account]:
    alert, account = load_alert(session, alert_id)
    sight = Sight(
        world=desk.world,
        rulebook=desk.load_rulebook(session),
        money=sees_money(actor, account, desk.settings.roles, alert),
        tracked=desk.settings.email is not None and desk.settings.email.tracking == "clicks",
    )
    return details_of(session, alert, account, sight), account


FEATURE = Feature(clicks={Action.ALERT_DETAILS: details_clicked})
