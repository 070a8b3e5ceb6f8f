"""A review that is due, left out for once."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.alerts import lifecycle
from bot.alerts.cards import cause_of
from bot.alerts.reasons import reasons_of
from bot.alerts.review_card import past_of
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, DismissReason, Input, InputError, read_alert_metadata
from bot.reviews.skipping import Skip, due_type, skip
from bot.team.roles import Actor
from handlers.slack.alerts import account_fact, act_for, load_alert, modal_about, open_only
from handlers.slack.desk import Desk, Mistakes, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Submission
from models import Account, Alert


async def skip_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.SkipReviewModal:
        open_only(alert)
        reasons = reasons_of(session, [alert.id])[alert.id]
        type_ = due_type(reasons)
        return m.SkipReviewModal(
            alert_id=alert.id,
            account=account_fact(account),
            cause=cause_of(alert, reasons, desk.world),
            type=type_,
            skipped=past_of(session, {account.id})[account.id].skipped(type_),
        )

    return await modal_about(desk, click, make)


async def skip_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    why = form.text(Input.NOTE)
    if not why:
        return Mistakes({Input.NOTE: InputError.NOTE_MISSING})
    await desk.database.run(_skip, desk, read_alert_metadata(form.metadata), why, actor, desk.now())
    desk.worker.wake()
    return None


def _skip(session: Session, desk: Desk, alert_id: int, why: str, actor: Actor, now: datetime) -> None:
    """The alert first: whoever was faster is named, and nothing is skipped twice."""
    act_for(session, alert_id, lambda alert: lifecycle.dismiss(alert, actor.slack_id, DismissReason.SKIPPED, now, why), actor, now)
    alert, _ = load_alert(session, alert_id)
    type_ = due_type(reasons_of(session, [alert_id])[alert_id])
    skip(session, desk.settings, alert, Skip(type_, why, actor), now)


FEATURE = Feature(clicks={Action.REVIEW_SKIP: skip_clicked}, forms={Callback.REVIEW_SKIP: skip_sent})
