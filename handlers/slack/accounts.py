"""`/stay account`, and choosing one account of several."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.accounts.queries import Hits, contacts_of, find_accounts, signals_of
from bot.alerts.cards import facts_of
from bot.alerts.people import load_people
from bot.alerts.queries import earlier_alerts, open_alerts_of
from bot.alerts.survey_card import answers_of
from bot.details.known import PRIVATE
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import PickFor
from bot.playbooks.overview import plays_of
from bot.reviews.message import last_review, next_review
from bot.team.roles import Actor
from bot.team.sight import sees_money
from handlers.slack.desk import Desk, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Command
from models import Account, Source


async def account_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    if not command.rest:
        raise Refused("Which account? Try `/stay account` and a part of its name or domain.")
    hits = await desk.database.read(find_accounts, command.rest)
    if len(hits.accounts) == 1:
        return await desk.database.read(account_answer, desk, hits.accounts[0].id, actor)
    return choice(command.rest, hits, PickFor.ACCOUNT)


def choice(query: str, hits: Hits, what: PickFor, playbook: str | None = None) -> Reply:
    if not hits.accounts:
        return m.Said(text=f"No account has “{query}” in its name or domain.")
    found = tuple(m.Hit(m.Account(a.id, a.name, a.url), a.domain or "") for a in hits.accounts)
    return m.AccountChoice(query=query, hits=found, total=hits.total, what=what, playbook=playbook)


def load_account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise Refused("This account is no longer there.")
    return account


def account_answer(session: Session, desk: Desk, account_id: str, actor: Actor) -> m.AccountAnswer:
    """The account as the actor may see it."""
    account = load_account(session, account_id)
    rulebook = desk.load_rulebook(session)
    people = load_people(session, [(account.owner_email,)])
    sources = {source.name: source for source in session.query(Source)}
    answer = m.AccountAnswer(
        now=desk.now(),
        account=m.Account(account.id, account.name, account.url),
        facts=facts_of(None, account, people, sources, desk.world),
        domain=account.domain or "",
        signals=signals_of(session, rulebook.signals, account.id),
        contacts=contacts_of(session, account.id),
        alerts=open_alerts_of(session, account, desk.world),
        plays=plays_of(session, rulebook, account.id, desk.now()),
        review=next_review(session, account.id, desk.now()),
        held=last_review(session, account.id, desk.world.zone),
        earlier=tuple(one for one in earlier_alerts(session, account.id, desk.world) if one.closed_at),
        answers=answers_of(session, account.id),
    )
    return answer if sees_money(actor, account, desk.settings.roles) else _without_money(answer)


def _without_money(answer: m.AccountAnswer) -> m.AccountAnswer:
    return replace(
        answer,
        facts=replace(answer.facts, arr=None),
        signals=tuple(signal for signal in answer.signals if signal.name not in PRIVATE),
        alerts=tuple(replace(line, arr=None) for line in answer.alerts),
        earlier=tuple(replace(alert, note="") for alert in answer.earlier),
        answers=tuple(one.without_words() for one in answer.answers),
        held=replace(answer.held, decisions="") if answer.held else None,
    )


FEATURE = Feature(words={"account": account_asked})
