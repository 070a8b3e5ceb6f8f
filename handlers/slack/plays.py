"""Plays by hand: starting one for an account, and taking one over."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.queries import find_accounts
from bot.errors import InvalidInput, Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, PickFor, read_start_value
from bot.playbooks.definition import Playbook
from bot.playbooks.overview import place_of
from bot.playbooks.start import must_be_about_accounts, start_by_hand
from bot.playbooks.status import statuses
from bot.playbooks.take_over import take_over
from bot.team.roles import Actor
from bot.team.sight import is_csm_of
from handlers.slack.accounts import account_answer, choice, load_account
from handlers.slack.desk import Desk, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command
from models import Account

IN_ACCOUNT = "play:"
"""Begins the block id of a running play in the answer about its account, which is shown anew after a click."""


async def start_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    name, _, query = command.rest.partition(" ")
    name, query = name.lower(), query.strip()
    if not query:
        raise Refused("Start what for whom? Try `/stay start`, a playbook and an account.")
    await desk.database.read(_load_playbook, desk, name)
    hits = await desk.database.read(find_accounts, query)
    if len(hits.accounts) == 1:
        return await desk.database.read(start_question, desk, actor, name, hits.accounts[0].id)
    return choice(query, hits, PickFor.START, name)


def _load_playbook(session: Session, desk: Desk, name: str) -> Playbook:
    playbook = desk.load_rulebook(session).get(name)
    must_be_about_accounts(playbook)
    return playbook


def start_question(session: Session, desk: Desk, actor: Actor, name: str, account_id: str) -> m.StartQuestion:
    account = load_account(session, account_id)
    _must_look_after(actor, account)
    playbook, status = _load_playbook(session, desk, name), statuses(session).get(name)
    mode = status.mode if status else playbook.mode.value
    return m.StartQuestion(playbook=name, about=playbook.about, account=m.Account(account.id, account.name, account.url), mode=mode)


def _must_look_after(actor: Actor, account: Account) -> None:
    if not (is_csm_of(actor, account) or actor.is_manager):
        owner = account.owner_email or "nobody"
        raise Refused(f"Only the account's CSM ({owner}), managers and admins may start a playbook for {account.name}.")


async def start_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    name, account_id = read_start_value(click.value)
    shown = await desk.database.run(_start, desk, actor, name, account_id, desk.now())
    desk.worker.wake()
    desk.decide_soon()
    return Replace(m.Said(text=f"“{name}” has started for {shown}."))


def _start(session: Session, desk: Desk, actor: Actor, name: str, account_id: str, now: datetime) -> str:
    """The account's name."""
    account = load_account(session, account_id)
    _must_look_after(actor, account)
    rulebook = desk.load_rulebook(session)
    start_by_hand(session, rulebook, name, account_id, actor.slack_id, now)
    return account.name


async def take_over_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    play_id, now = int(click.value), desk.now()
    stood = await desk.database.read(_stands, desk, play_id)
    account_id = await desk.database.run(_take_over, play_id, actor.slack_id, now, stood)
    desk.worker.wake()
    if click.block.startswith(IN_ACCOUNT):
        return Replace(await desk.database.read(account_answer, desk, account_id, actor))
    return None


def _stands(session: Session, desk: Desk, play_id: int) -> str:
    """In words. Empty when the files are broken just now: a person can stop a play all the same."""
    try:
        return place_of(session, desk.load_rulebook(session), play_id)
    except InvalidInput:
        return ""


def _take_over(session: Session, play_id: int, who: str, now: datetime, stood: str) -> str:
    """The id of the play's account."""
    return take_over(session, play_id, who, now, stood).account_id


FEATURE = Feature(
    clicks={Action.PLAY_START: start_clicked, Action.PLAY_TAKE_OVER: take_over_clicked},
    words={"start": start_asked},
)
