"""A review that is due, left out for once."""

import json
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

OTHER = "This card now asks for another review. Close the form, and look at the card again."


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
    skipped = Skip(json.loads(form.metadata)["type"], why, actor)
    if not await desk.database.run(_skip, desk, read_alert_metadata(form.metadata), skipped, desk.now()):
        return Mistakes({Input.NOTE: OTHER})
    desk.worker.wake()
    return None


def _skip(session: Session, desk: Desk, alert_id: int, skipped: Skip, now: datetime) -> bool:
    """The alert first: whoever was faster is named, and nothing is skipped twice. False: by now it asks for another review."""
    who, alert = skipped.actor, load_alert(session, alert_id)[0]
    if alert.closed_at is None and due_type(reasons_of(session, [alert_id])[alert_id]) != skipped.type:
        return False
    act_for(session, alert_id, lambda alert: lifecycle.dismiss(alert, who.slack_id, DismissReason.SKIPPED, now, skipped.why), who, now)
    skip(session, desk.settings, alert, skipped, now)
    return True


FEATURE = Feature(clicks={Action.REVIEW_SKIP: skip_clicked}, forms={Callback.REVIEW_SKIP: skip_sent})
