"""Looking accounts up where people are: links that unfold, mentions, and messages that become notes."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import find_accounts
from bot.errors import Refused, SendFailed
from bot.home.links import accounts_by_link
from bot.home.notes import guess_account, named_account, write_note
from bot.home.reader import summaries
from bot.home.text import people_in, question_in, typed
from bot.log import log
from bot.messages import catalog as m
from bot.messages.actions import Callback, Input, InputError
from bot.messages.mrkdwn import plain
from bot.messages.render import render
from bot.playbooks.known import known_signals
from bot.slack_api import asked
from bot.team.roles import Actor
from handlers.slack.accounts import load_account
from handlers.slack.desk import Desk, Mistakes, Reply
from handlers.slack.errors import say
from handlers.slack.feature import Feature
from handlers.slack.payloads import Search, Shortcut, Submission, Who
from models import Account, Teammate

COMPOSER = "composer"
VALUE_LIMIT = 150


# --- links


async def link_shared(desk: Desk, event: dict[str, Any]) -> None:
    """Unfolds links of people of ours. While a message is being written nobody knows who will read it: that waits until it is sent."""
    links = [link["url"] for link in event.get("links") or ()]
    if event.get("source") == COMPOSER or not await _is_ours(desk, event):
        return
    if not await desk.database.read(accounts_by_link, links):
        return
    unfurls = await desk.database.read(_unfurls, desk, links, await _has_outsiders(desk, event["channel"]))
    by_id = {name: event[name] for name in ("unfurl_id", "source") if event.get(name)}
    where = by_id if len(by_id) == 2 else {"channel": event["channel"], "ts": event["message_ts"]}
    await asked(desk.client.chat_unfurl(unfurls=unfurls, **where), "the message")


async def _is_ours(desk: Desk, event: dict[str, Any]) -> bool:
    try:
        await desk.actor(Who(event["user"], event.get("user_team")))
    except Refused:
        return False
    return True


def _unfurls(session: Session, desk: Desk, links: list[str], guarded: bool) -> dict[str, dict[str, Any]]:
    found = accounts_by_link(session, links)
    shown = _summaries(session, desk, found, guarded)
    return {link: {"blocks": render(m.AccountUnfurl(summary=summary, guarded=guarded)).blocks} for link, summary in shown.items()}


def _summaries(session: Session, desk: Desk, found: Mapping[str, Account], guarded: bool) -> dict[str, m.AccountSummary]:
    """What everybody in a conversation may read of these accounts, by the same keys: money only where the whole team may see it."""
    signals = known_signals(session, desk.settings, desk.today)
    money = not guarded and desk.settings.roles.money == "team"
    return dict(zip(found, summaries(session, list(found.values()), signals, desk.today, lambda _: money), strict=True))


async def _has_outsiders(desk: Desk, channel: str) -> bool:
    """Whether people of other organisations read a conversation. What Slack does not tell us counts as yes."""
    try:
        answer = await asked(desk.client.conversations_info(channel=channel), "the conversation")
    except SendFailed:
        return True
    return bool(answer["channel"].get("is_ext_shared") or answer["channel"].get("is_pending_ext_shared"))


# --- mentions


async def mentioned(desk: Desk, event: dict[str, Any]) -> None:
    """Answers once. Should Slack's answer get lost, nothing is repeated: whoever wants to know asks again."""
    if event.get("bot_id") or not event.get("user"):
        return
    alone = event.get("channel_type") != "im" and await _has_outsiders(desk, event["channel"])
    answer: m.Message
    try:
        await desk.actor(Who(event["user"], event.get("user_team")))
        answer = await desk.database.read(_answer, desk, question_in(event.get("text") or ""), alone)
    except Exception as error:
        answer, alone = say(error), True
    try:
        await _reply(desk, event, answer, alone)
    except SendFailed as error:
        log.warning("mention_not_answered", channel=event["channel"], problem=str(error))


def _answer(session: Session, desk: Desk, query: str, guarded: bool) -> m.Message:
    if not query:
        return m.Said(text="Which account? Mention me with a part of its name or domain.")
    hits = find_accounts(session, query)
    found = hits.accounts[0] if len(hits.accounts) == 1 else None if hits.accounts else named_account(session, query)
    if found:
        return m.SummaryAnswer(summary=_summaries(session, desk, {"it": found}, guarded)["it"])
    if not hits.accounts:
        return m.Said(text=f"No account has “{query}” in its name or domain.")
    return m.SummaryChoice(query=query, hits=tuple(_hit(one) for one in hits.accounts if len(one.id) <= VALUE_LIMIT), total=hits.total)


async def _reply(desk: Desk, event: dict[str, Any], answer: m.Message, alone: bool) -> None:
    shown, channel, thread = render(answer), event["channel"], event.get("thread_ts")
    said: dict[str, Any] = {"channel": channel, "text": shown.text, "blocks": shown.blocks}
    if alone:
        await asked(desk.client.chat_postEphemeral(user=event["user"], thread_ts=thread, **said), channel)
    else:
        said |= {"unfurl_links": False, "unfurl_media": False}
        await asked(desk.client.chat_postMessage(thread_ts=thread or event["ts"], **said), channel)


# --- notes


async def log_clicked(desk: Desk, actor: Actor, shortcut: Shortcut) -> Reply:
    return await desk.database.read(_log_form, desk, shortcut)


def _log_form(session: Session, desk: Desk, shortcut: Shortcut) -> m.LogModal:
    people = select(Teammate.slack_id, Teammate.name).where(Teammate.slack_id.in_(people_in(shortcut.text)))
    names = {row.slack_id: row.name for row in session.execute(people)}
    account = guess_account(session, shortcut.channel, desk.settings.rooms.prefix, shortcut.text)
    fits = account is not None and len(account.id) <= VALUE_LIMIT
    return m.LogModal(
        origin=m.NoteOrigin(shortcut.channel, shortcut.ts, uuid4().hex[:12]),
        text=typed(shortcut.text, names)[: m.LogModal.TEXT_LIMIT],
        guess=_hit(account).account if account and fits else None,
    )


async def accounts_searched(desk: Desk, actor: Actor, search: Search) -> tuple[m.Hit, ...]:
    hits = await desk.database.read(find_accounts, search.text)
    return tuple(_hit(account) for account in hits.accounts if len(account.id) <= VALUE_LIMIT)


def _hit(account: Account) -> m.Hit:
    """Slack refuses a select with an option without words."""
    return m.Hit(m.Account(account.id, plain(account.name) or "(no name)", account.url), account.domain or "")


async def log_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    account_id, text = form.chosen(Input.ACCOUNT), form.text(Input.NOTE)
    if not account_id:
        return Mistakes({Input.ACCOUNT: InputError.ACCOUNT_MISSING})
    if not text:
        return Mistakes({Input.NOTE: InputError.NOTE_MISSING})
    origin = m.NoteOrigin.read(form.metadata)
    link = await _link_to(desk, origin)
    try:
        name = await desk.database.run(_note, desk, (origin, account_id, text, link), actor)
    except Refused:
        return Mistakes({Input.ACCOUNT: InputError.ACCOUNT_GONE})
    return m.NoticeModal(title="Logged", text=f"Noted on {name}: it stands in the account's details.")


def _note(session: Session, desk: Desk, note: tuple[m.NoteOrigin, str, str, str | None], actor: Actor) -> str:
    """The account's name."""
    origin, account_id, text, link = note
    account = load_account(session, account_id)
    if account.gone_at is not None:
        raise Refused(InputError.ACCOUNT_GONE)
    write_note(session, origin, account, (text, link), actor.slack_id, desk.now())
    return account.name


async def _link_to(desk: Desk, origin: m.NoteOrigin) -> str | None:
    """A note can do without."""
    try:
        answer = await asked(desk.client.chat_getPermalink(channel=origin.channel, message_ts=origin.ts), "the message")
    except SendFailed:
        return None
    return str(answer["permalink"])


FEATURE = Feature(
    forms={Callback.LOG_TO_ACCOUNT: log_sent},
    options={Input.ACCOUNT: accounts_searched},
    shortcuts={Callback.LOG_TO_ACCOUNT: log_clicked},
    events={"link_shared": link_shared, "app_mention": mentioned},
)
