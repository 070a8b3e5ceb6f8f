"""Dispatches on their way: what was written when it was decided, with the links that only now can be made.

A letter is held back at the last moment from whoever unsubscribed, opted out or bounced since it was decided, and so is a question that
was answered or has expired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.bulk import insert_into
from bot.clock import Clock
from bot.delivery import outbox
from bot.delivery.composed import BOUNCED, GIVEN_UP, Aftermath, Composed, Composer, Withheld
from bot.delivery.invitations import moot, reached_nobody, remind_no_more
from bot.delivery.keys import dispatch_subject, unsent_key
from bot.delivery.kinds import DECK, LETTER, NOTICE, REMOVED, REVIEW_ANSWER, UNSENT, WAITING, WEBHOOK
from bot.delivery.mail import Calendar, Letter
from bot.delivery.post import Post
from bot.delivery.schemes import MAIL
from bot.delivery.sender import Call
from bot.functions import any_case
from bot.letters.links import UNSUBSCRIBE, mail_to_unsubscribe, tracked
from bot.messages import catalog
from bot.messages.render import render
from models import Account, Contact, Dispatch, Event, Invitation, Review, Touch, Trace
from models.review import CANCELLED, SCHEDULED

STAYSAIL = "staysail"
SUPERSEDED = "the meeting has changed since: a newer letter tells of it"


def dispatch_composer(post: Post | None, now: Clock = clock.now) -> Composer:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        dispatches = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids))).all()
        return {dispatch.id: _composed(session, dispatch, post, now()) for dispatch in dispatches}

    return compose


def _composed(session: Session, dispatch: Dispatch, post: Post | None, now: datetime) -> Composed | Withheld:
    content = dispatch.content
    if dispatch.kind == WEBHOOK:
        return Composed(1, Call(content["body"]))
    if told := _told(session, dispatch):
        return Composed(dispatch.version, render(told))
    if post is None:
        return Withheld("there is no section `email` in staysail.yml")
    contact = session.get(Contact, dispatch.contact_id) if dispatch.contact_id else None
    if contact and (why := unwanted(contact, bool(content.get("essential")))):
        return Withheld(why)
    if moot_now := moot(session, content, now):
        return Withheld(moot_now)
    if _is_superseded(session, content):
        return Withheld(SUPERSEDED)
    return Composed(1, letter_of(dispatch.id, bool(contact), content, post))


def _told(session: Session, dispatch: Dispatch) -> catalog.Message | None:
    """What somebody of ours is told in Slack; None: it is a letter."""
    if dispatch.kind == REMOVED:
        return _removed(dispatch.content)
    tell = {NOTICE: _notice, UNSENT: _unsent, WAITING: _waiting, REVIEW_ANSWER: _review_answer, DECK: _unmade}.get(dispatch.kind)
    return tell(session, dispatch) if tell else None


def _is_superseded(session: Session, content: Mapping[str, Any]) -> bool:
    """Whether everybody is told of a newer state of the meeting that an entry for a calendar is about."""
    review = session.get(Review, content["review"]) if content.get("calendar") else None
    return review is not None and review.sequence > content["sequence"]


def unwanted(contact: Contact, essential: bool) -> str | None:
    """Why the contact is not to be written to, in words."""
    if contact.bounced_at:
        return "mail to this address bounced"
    if contact.opted_out:
        return "the contact opted out in the CRM"
    return "the contact unsubscribed" if contact.unsubscribed_at and not essential else None


def letter_of(dispatch_id: int, to_contact: bool, content: Mapping[str, Any], post: Post) -> Letter:
    """Puts the links of this dispatch into what was written."""
    web = post.links.unsubscribe(dispatch_id) if post.links and to_contact else None
    unsubscribe = web or mail_to_unsubscribe(_address(content.get("from") or post.sender))
    html, calendar = content["html"], content.get("calendar")
    if post.tracking and post.links and to_contact and not calendar:
        links = post.links
        html = tracked(html, lambda number: links.click(dispatch_id, number), ours=links.surveys)
    return Letter(
        to_name=content["to_name"],
        subject=content["subject"],
        text=content["text"].replace(UNSUBSCRIBE, unsubscribe),
        html=html.replace(UNSUBSCRIBE, unsubscribe),
        sender=content.get("from"),
        reply_to=content.get("reply_to"),
        unsubscribe=None if content.get("essential") or not to_contact else unsubscribe,
        automatic=not content.get("by"),
        calendar=Calendar(calendar["method"], calendar["text"]) if calendar else None,
    )


def _address(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip("> ")


def _notice(session: Session, dispatch: Dispatch) -> catalog.Message:
    account = _account(session, dispatch)
    return catalog.PlaybookNotice(text=dispatch.content["text"], playbook=dispatch.content["playbook"], account=account)


def _account(session: Session, dispatch: Dispatch) -> catalog.Account | None:
    account = session.get(Account, dispatch.account_id) if dispatch.account_id else None
    return catalog.Account(id=account.id, name=account.name, url=account.url) if account else None


def _removed(content: Mapping[str, Any]) -> catalog.Message:
    return catalog.PlaybookRemovedNotice(
        playbook=content["playbook"],
        running=content["running"],
        since=datetime.fromisoformat(content["at"]),
        missing=catalog.Missing(content.get("missing", catalog.Missing.GONE)),
        problem=content.get("problem", ""),
        back_at=datetime.fromisoformat(content["back_at"]) if "back_at" in content else None,
    )


def _unmade(session: Session, dispatch: Dispatch) -> catalog.Message:
    return catalog.ReviewDeckUnmade(account=_account(session, dispatch), type=dispatch.content["type"], why=dispatch.content["why"])


def _unsent(session: Session, dispatch: Dispatch) -> catalog.Message:
    content = dispatch.content
    account = _account(session, dispatch)
    return catalog.LetterUnsentNotice(account=account, to=content["to"], subject=content["subject"], why=content["why"])


def _waiting(session: Session, dispatch: Dispatch) -> catalog.Message:
    content = dispatch.content
    at, by = content.get("withdrawn_at"), content.get("withdrawn_by")
    return catalog.LetterWaitingNotice(
        letter_id=content["letter"],
        account=_account(session, dispatch),
        to=content["to"],
        subject=content["subject"],
        text=content["text"],
        leaves=datetime.fromisoformat(content["leaves"]),
        waits=outbox.waits(session, dispatch_subject(content["letter"])),
        withdrawn_by=catalog.Person(slack_id=by) if by else None,
        withdrawn_at=datetime.fromisoformat(at) if at else None,
    )


def _review_answer(session: Session, dispatch: Dispatch) -> catalog.Message:
    """With what became of the meeting since."""
    content = dispatch.content
    at, review = datetime.fromisoformat(content["at"]), session.get_one(Review, content["review"])
    return catalog.ReviewAnswerNotice(
        review_id=content["review"],
        type=content["type"],
        account=_account(session, dispatch),
        at=at,
        who=catalog.Invited(content["who"], "", content["slack_id"], content["answer"], content["comment"]),
        delegate=content["delegate"],
        countered=content["countered"],
        proposed=datetime.fromisoformat(content["proposed"]) if content["proposed"] else None,
        alone=content["alone"],
        moved_to=review.starts_at if review.starts_at != at else None,
        cancelled=review.state == CANCELLED,
        over=review.state != SCHEDULED or review.asked_at is not None,
    )


def dispatch_aftermath(now: Clock) -> Aftermath:
    """A bounce marks everybody with that address; what reached nobody is taken out of the contact ledger. Both leave a trace, and are told
    to the person who wrote the letter, if one did."""

    def settle(session: Session, dispatch_id: int, what: str, why: str) -> None:
        dispatch = session.get(Dispatch, dispatch_id)
        if dispatch is None or dispatch.kind != LETTER or what == GIVEN_UP:  # it may have arrived, or be sent again
            return
        session.execute(delete(Touch).where(Touch.dispatch_id == dispatch_id))
        reached_nobody(session, dispatch)
        if what == BOUNCED:
            mark_bounced(session, dispatch, why, now())
        session.add(trace_of(dispatch, what, {"why": why}, now()))
        if dispatch.content.get("by") and why != SUPERSEDED:
            _tell_writer(session, dispatch, why, now())

    return settle


def _tell_writer(session: Session, dispatch: Dispatch, why: str, now: datetime) -> None:
    """A direct message, once. A resent letter that comes back again is told by the list of dead letters."""
    content = {"to": dispatch.content["to_name"], "subject": dispatch.content["subject"], "why": why}
    tell_once(session, Telling(UNSENT, unsent_key(dispatch.id), dispatch.content["by"], content, dispatch.account_id), now)


@dataclass(frozen=True)
class Telling:
    """A message of ours in Slack: `to` is a Slack user or a channel, `key` what makes a repetition harmless."""

    kind: str
    key: str
    to: str
    content: Mapping[str, Any]
    account_id: str | None = None


def tell_once(session: Session, telling: Telling, now: datetime) -> None:
    """At once. What stands under the key already is not told again."""
    row = {
        "kind": telling.kind,
        "key": telling.key,
        "account_id": telling.account_id,
        "recipient": telling.to,
        "content": dict(telling.content),
        "created_at": now,
    }
    inserted = insert_into(session, Dispatch).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Dispatch.id)
    if number := session.scalar(inserted):
        outbox.enqueue(session, [outbox.New(telling.key, dispatch_subject(number), telling.to, now)], now)


def mark_bounced(session: Session, dispatch: Dispatch, why: str, now: datetime) -> None:
    values = {"bounced_at": now, "bounce": why}
    session.execute(update(Contact).where(_at(address_of(dispatch)), Contact.bounced_at.is_(None)).values(values))
    remind_no_more(session, Invitation.person == address_of(dispatch).lower())
    record_event(session, dispatch, "bounced", f"bounced:{dispatch.id}", now, {"why": why})


def address_of(dispatch: Dispatch) -> str:
    return dispatch.recipient.removeprefix(f"{MAIL}:")


def _at(address: str) -> Any:
    return any_case(Contact.email) == address.lower()


def unsubscribe(session: Session, dispatch_id: int, now: datetime) -> bool:
    """Nobody at the address of this dispatch is written to any more. False: the dispatch or its contact is gone."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None or session.get(Contact, dispatch.contact_id) is None:
        return False
    theirs = (Contact.id == dispatch.contact_id) | _at(address_of(dispatch))
    session.execute(update(Contact).where(theirs, Contact.unsubscribed_at.is_(None)).values(unsubscribed_at=now))
    remind_no_more(session, (Invitation.contact_id == dispatch.contact_id) | (Invitation.person == address_of(dispatch).lower()))
    if record_event(session, dispatch, "unsubscribed", f"unsubscribed:{dispatch.id}", now, {}):
        session.add(trace_of(dispatch, "unsubscribed", {}, now))
    return True


def record_event(session: Session, dispatch: Dispatch, name: str, key: str, now: datetime, data: dict[str, Any]) -> bool:
    """False: it stands already, or there is no account that it could be about."""
    if dispatch.account_id is None:
        return False
    values = {"key": key, "name": name, "at": now, "account_id": dispatch.account_id, "contact_id": dispatch.contact_id}
    row = {**values, "data": {"dispatch": dispatch.id, **data}}
    inserted = insert_into(session, Event).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Event.id)
    return session.scalar(inserted) is not None


def trace_of(dispatch: Dispatch, what: str, detail: dict[str, Any], now: datetime) -> Trace:
    return Trace(
        at=now,
        actor=STAYSAIL,
        what=what,
        account_id=dispatch.account_id,
        playbook=dispatch.content.get("playbook"),
        play_id=dispatch.play_id or dispatch.content.get("play"),
        alert_id=dispatch.content.get("alert"),
        detail={"dispatch": dispatch.id, "contact": dispatch.contact_id, "letter": dispatch.content.get("letter")} | detail,
    )
