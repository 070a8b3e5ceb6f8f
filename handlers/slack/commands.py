"""`/stay WORD …`: what each word answers."""

from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches

from sqlalchemy.orm import Session

from bot.accounts.queries import find_accounts
from bot.accounts.signals import usage_source
from bot.alerts.queries import owned_by, risks_page, team
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, PickFor, read_pick_block
from bot.playbooks.rulebook import no_playbook
from bot.playbooks.why import Limits, why, why_broken
from bot.team.roles import Actor
from bot.team.sight import sees_money, without_money
from handlers.slack import accounts, plays
from handlers.slack.desk import Desk, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command
from models import Source


def unknown(actor: Actor, word: str, words: Collection[str]) -> Reply:
    near = get_close_matches(word, words, n=1)
    return _help(actor, unknown=word, nearest=near[0] if near else "")


def _help(actor: Actor, unknown: str = "", nearest: str = "") -> m.HelpAnswer:
    return m.HelpAnswer(unknown=unknown, nearest=nearest, manager=actor.is_manager, admin=actor.is_admin)


async def help_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    return _help(actor)


async def account_picked(desk: Desk, actor: Actor, click: Click) -> Reply:
    what, playbook = read_pick_block(click.block)
    if what is PickFor.WHY:
        return Replace(await desk.database.read(_why, desk, actor, click.value, playbook))
    if what is PickFor.START:
        return Replace(await desk.database.read(plays.start_question, desk, actor, playbook or "", click.value))
    return Replace(await desk.database.read(accounts.account_answer, desk, click.value, actor))


async def risks_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    return await desk.database.read(risks_answer, desk, actor, 1)


async def risks_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    return Replace(await desk.database.read(risks_answer, desk, actor, int(click.value)))


def risks_answer(session: Session, desk: Desk, actor: Actor, page: int) -> m.RisksAnswer:
    """A CSM sees the own, managers all."""
    mine = None if actor.is_manager else owned_by(actor.slack_id, actor.email)
    return risks_page(session, mine, page, desk.world)


async def why_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    if not command.rest:
        raise Refused("Why what? Try `/stay why` and an account, and perhaps a playbook.")
    query, playbook = await desk.database.read(_split_why, desk, command.rest)
    hits = await desk.database.read(find_accounts, query)
    if not hits.accounts:
        await desk.database.read(_mistyped_playbook, desk, query)
    if len(hits.accounts) == 1:
        return await desk.database.read(_why, desk, actor, hits.accounts[0].id, playbook)
    return accounts.choice(query, hits, PickFor.WHY, playbook)


def _split_why(session: Session, desk: Desk, rest: str) -> tuple[str, str | None]:
    """The last word is a playbook if one bears that name; account names have spaces."""
    head, _, last = rest.rpartition(" ")
    rulebook = desk.load_rulebook(session)
    names = {*rulebook.playbooks, *rulebook.broken}
    return (head.strip(), last.lower()) if head and last.lower() in names else (rest, None)


def _mistyped_playbook(session: Session, desk: Desk, query: str) -> None:
    """Nothing bears this name, but without its last word it is an account's: that word was to be a playbook's."""
    head, _, last = query.rpartition(" ")
    if head and find_accounts(session, head).accounts:
        raise no_playbook(last.lower(), desk.load_rulebook(session).playbooks)


def _why(session: Session, desk: Desk, actor: Actor, account_id: str, playbook: str | None) -> m.WhyAnswer:
    account = accounts.load_account(session, account_id)
    rulebook = desk.load_rulebook(session)
    limits = Limits(desk.settings.limits.cards_a_day, desk.settings.zone)
    wanted = [p for name, p in rulebook.playbooks.items() if playbook in (None, name)]
    verdicts = (*(why(session, account, p, rulebook, limits, desk.now()) for p in wanted), *why_broken(rulebook, playbook))
    if not sees_money(actor, account, desk.settings.roles):
        verdicts = tuple(replace(verdict, conditions=without_money(verdict.conditions)) for verdict in verdicts)
    metric = next(iter(desk.settings.metrics), None)
    source = session.get(Source, usage_source(metric)) if metric else None
    return m.WhyAnswer(
        now=desk.now(),
        account=m.Account(account.id, account.name, account.url),
        playbooks=verdicts,
        usage=m.DataAge(source.newest_day, source.read_at) if source else None,
    )


async def team_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    return await team_answer(desk, actor)


async def team_answer(desk: Desk, actor: Actor) -> m.TeamAnswer:
    if not actor.is_manager:
        who = ", ".join(desk.settings.roles.managers) or "nobody: name somebody under `roles.managers` in staysail.yml"
        raise Refused(f"Only managers may see the team. Managers are: {who}.")
    return m.TeamAnswer(now=desk.now(), lines=await desk.database.read(team, desk.now()))


FEATURE = Feature(
    clicks={
        Action.ACCOUNT_PICK: account_picked,
        Action.RISKS_PREVIOUS: risks_turned,
        Action.RISKS_NEXT: risks_turned,
    },
    words={"help": help_asked, "risks": risks_asked, "why": why_asked, "team": team_asked},
)
