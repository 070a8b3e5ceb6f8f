"""The Home tab: shown when somebody opens it, turned by its own buttons, and anew after whatever is done in it."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import InvalidInput, Refused
from bot.home.reader import Reader
from bot.home.setup import dismiss
from bot.home.view import home_view
from bot.messages import catalog as m
from bot.messages.actions import Action, HomeFilter
from bot.messages.render import render_home
from bot.playbooks.known import known_signals
from bot.slack_api import asked
from bot.team.roles import Actor, must_be_admin
from handlers.slack.accounts import account_answer
from handlers.slack.commands import risks_answer, team_answer
from handlers.slack.desk import Desk, Reply
from handlers.slack.errors import say
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Who

TAB = "home"


async def home_opened(desk: Desk, event: dict[str, Any]) -> None:
    """A tab that was left turned in some way is shown so again."""
    if event.get("tab") != TAB:
        return
    try:
        actor = await desk.actor(Who(event["user"], None))
    except Refused as refusal:
        await _publish(desk, event["user"], render_home(m.HomeClosed(why=str(refusal))))
        return
    await show(desk, actor, m.HomeState.read((event.get("view") or {}).get("private_metadata") or ""))


async def show(desk: Desk, actor: Actor, state: m.HomeState) -> None:
    async with desk.homes.turned(actor.slack_id, state):
        try:
            view = await desk.database.read(_rendered, desk, actor, state)
        except InvalidInput as error:
            view = render_home(m.HomeClosed(why=say(error).text))
        await _publish(desk, actor.slack_id, view)


def _rendered(session: Session, desk: Desk, actor: Actor, state: m.HomeState) -> dict[str, Any]:
    signals = known_signals(session, desk.settings, desk.today)
    return render_home(home_view(session, Reader(actor, desk.settings, desk.world, desk.now(), desk.today, signals), state))


async def _publish(desk: Desk, slack_id: str, view: dict[str, Any]) -> None:
    await asked(desk.client.views_publish(user_id=slack_id, view=view), "the Home tab")


async def follow(desk: Desk, body: dict[str, Any]) -> None:
    """Shows the tab anew after its person clicked in it or sent a form off, if they looked at it lately."""
    user, view = body["user"], body["view"]
    state = m.HomeState.read(view.get("private_metadata") or "") if view["type"] == TAB else desk.homes.state_of(user["id"])
    if state is not None:
        await show(desk, await desk.actor(Who(user["id"], user.get("team_id"))), state)


def is_shown_anew_by(body: dict[str, Any]) -> bool:
    """Whether it is a click in the tab on something that the tab does not answer itself."""
    view = body.get("view") or {}
    return view.get("type") == TAB and body["actions"][0]["action_id"] not in FEATURE.clicks


async def filter_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    await show(desk, actor, replace(_state(click), filter=HomeFilter(click.value), page=1))
    return None


async def searched(desk: Desk, actor: Actor, click: Click) -> Reply:
    """What was typed; the button beside it clears it."""
    await show(desk, actor, replace(_state(click), query=click.typed[: m.HomeState.LONGEST], page=1))
    return None


async def page_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    await show(desk, actor, replace(_state(click), page=max(1, int(click.value))))
    return None


def _state(click: Click) -> m.HomeState:
    return m.HomeState.read(click.form.metadata)


async def account_opened(desk: Desk, actor: Actor, click: Click) -> Reply:
    return m.AccountModal(answer=await desk.database.read(account_answer, desk, click.value, actor))


async def team_opened(desk: Desk, actor: Actor, click: Click) -> Reply:
    return m.TeamModal(answer=await team_answer(desk, actor))


async def risks_opened(desk: Desk, actor: Actor, click: Click) -> Reply:
    return m.RisksModal(answer=await desk.database.read(risks_answer, desk, actor, 1))


async def setup_dismissed(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.database.run(dismiss, actor.slack_id, desk.now())
    await show(desk, actor, _state(click))
    return None


FEATURE = Feature(
    clicks={
        Action.HOME_FILTER: filter_chosen,
        Action.HOME_SEARCH: searched,
        Action.HOME_PREVIOUS: page_turned,
        Action.HOME_NEXT: page_turned,
        Action.HOME_ACCOUNT: account_opened,
        Action.HOME_TEAM: team_opened,
        Action.HOME_RISKS: risks_opened,
        Action.HOME_DISMISS_SETUP: setup_dismissed,
    },
    events={"app_home_opened": home_opened},
)
