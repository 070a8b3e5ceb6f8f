"""How reviews stand: `/stay reviews`. What is about every account is counted after the acknowledgement, for Slack waits three seconds; the
picture of the team's coverage follows as soon as Slack has it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from sqlalchemy.orm import Session

from bot.charts.trend import Trend
from bot.details.charts import Uploads
from bot.details.details import PROCESSING
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action
from bot.reviews import report
from bot.reviews.feed import feed_links
from bot.reviews.report import Reader
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Followed, Later, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command

PICTURE = "reviews"
View = Callable[[Session, Reader], m.Message]


async def reviews_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    word = command.rest.lower() or (m.ReviewsView.TEAM if actor.is_manager else m.ReviewsView.MINE)
    view = _view(desk, actor, word)

    async def answer() -> Reply:
        return await _with_picture(await _read(desk, actor, view), desk.details.uploads)

    return await answer() if word == m.ReviewsView.MINE else Later(answer)


async def view_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    view = _view(desk, actor, click.value)

    async def answer() -> Reply:
        shown = await _read(desk, actor, view)
        return Replace(await _pictured(shown, desk.details.uploads) if isinstance(shown, m.ReviewsTeam) else shown)

    return Later(answer)


async def page_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    async def answer() -> Reply:
        return Replace(await _read(desk, actor, partial(report.overdue, page=int(click.value))))

    return Later(answer)


async def _read(desk: Desk, actor: Actor, view: View) -> m.Message:
    return await desk.database.read(view, Reader(actor, desk.settings, desk.now()))


def _view(desk: Desk, actor: Actor, word: str) -> View:
    """Refuses a word that names none, and whoever may not see it."""
    views: dict[str, View] = {
        m.ReviewsView.MINE: partial(report.mine, feed=_feed(desk, actor)),
        m.ReviewsView.TEAM: report.team,
        m.ReviewsView.OVERDUE: report.overdue,
    }
    if word not in views:
        near = get_close_matches(word, views, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else "Try mine, team or overdue."
        raise Refused(f"There are no reviews “{word}”. {hint}")
    if word == m.ReviewsView.TEAM and not actor.is_manager:
        who = ", ".join(desk.settings.roles.managers) or "nobody: name somebody under `roles.managers` in staysail.yml"
        raise Refused(f"Only managers may see how the team's reviews stand. Managers are: {who}. Your own: `/stay reviews mine`.")
    return views[word]


def _feed(desk: Desk, actor: Actor) -> m.Feed:
    """What is missing is for those who can set it."""
    environment = desk.settings.environment
    needed = {"STAYSAIL_URL": environment.staysail_url, "STAYSAIL_SECRET": environment.staysail_secret}
    if links := feed_links(environment.staysail_url, environment.staysail_secret):
        return m.Feed(url=links.address(actor.slack_id))
    return m.Feed(missing=tuple(name for name, value in needed.items() if not value) if actor.is_admin else ())


# --- the picture


async def _with_picture(shown: m.Message, uploads: Uploads) -> Reply:
    """It stands in the answer or follows it."""
    if not isinstance(shown, m.ReviewsTeam):
        return shown
    trend = report.coverage_chart(shown.months)
    if not trend.known or uploads.has(PICTURE, [trend]):
        return await _pictured(shown, uploads)
    return Followed(shown, partial(_picture, uploads, trend))


async def _pictured(shown: m.ReviewsTeam, uploads: Uploads) -> m.ReviewsTeam:
    """A picture that Slack has already stands in the answer itself."""
    trend = report.coverage_chart(shown.months)
    if not trend.known or not uploads.has(PICTURE, [trend]):
        return shown
    (file,) = await uploads.of(PICTURE, [trend])
    return replace(shown, picture=file or "", alt=trend.alt)


async def _picture(uploads: Uploads, trend: Trend) -> m.ReviewsChart | None:
    """None: it could not be drawn or uploaded. The answer has told the same in words."""
    (file,) = await uploads.of(PICTURE, [trend])
    if file is None:
        return None
    await asyncio.sleep(PROCESSING)
    return m.ReviewsChart(title=trend.title, file_id=file, alt=trend.alt)


FEATURE = Feature(
    clicks={
        Action.REVIEWS_SHOW: view_chosen,
        Action.REVIEWS_PREVIOUS: page_turned,
        Action.REVIEWS_NEXT: page_turned,
    },
    words={"reviews": reviews_asked},
)
