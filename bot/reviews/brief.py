"""The brief before a meeting: its picture is taken and its charts are drawn when it is due, and both are kept with what is sent.

A process that dies before the one transaction leaves nothing but files that nobody sees, and the brief is made anew; after it the outbox
sends what was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import takewhile
from time import monotonic
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import known_zone, zone_of
from bot.alerts.world import World
from bot.bulk import insert_into
from bot.charts.chart import chart_of
from bot.connectors.ports import Usage
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.keys import brief_key, brief_subject
from bot.details.charts import Uploads
from bot.errors import Refused
from bot.log import log
from bot.messages import catalog as m
from bot.reviews.brief_due import AHEAD, SPARE, due_at, is_due
from bot.reviews.brief_message import KIND
from bot.reviews.means import meeting_hours
from bot.reviews.picture import Line, Picture
from bot.reviews.taking import take
from bot.reviews.whom import whom
from bot.settings import LiveSettings, Settings
from models import Dispatch, Review, Teammate
from models.review import SCHEDULED

MOST_CHARTS = 3
SECONDS = 30.0
"""How long one run begins new briefs: the rest follow a minute later, and the job's other duties have their turn."""


@dataclass(frozen=True)
class Briefs:
    """The duty. Without `usage` there are no charts."""

    database: Database
    live: LiveSettings
    world: World
    client: AsyncWebClient
    usage: Usage | None = None

    async def run(self) -> Mapping[str, int]:
        """How many briefs are on their way. One that fails stops none of the others, and comes up for trial again a minute later."""
        now, uploads = self.world.now(), Uploads(self.client)
        sent, failed = 0, []
        for review_id in _in_time(await self.database.read(due_reviews, self.live.current, now)):
            try:
                sent += await self._prepare(uploads, review_id, now)
            except Refused:
                continue  # it went while others were prepared
            except Exception as error:
                log.warning("brief_not_made", review=review_id, problem=str(error))
                failed.append(error)
        if failed:
            raise failed[0]
        return {"briefs": sent}

    async def _prepare(self, uploads: Uploads, review_id: int, now: datetime) -> bool:
        picture = await take(self.database, self.live.current, self.usage, review_id, now)
        charts = await _drawn(uploads, picture)
        return await self.database.run(write, picture, charts, self.live.current.manager_channel, now)


def _in_time(reviews: Sequence[int]) -> Iterator[int]:
    """A warehouse that is down costs each of them its time-out."""
    end = monotonic() + SECONDS
    yield from takewhile(lambda _: monotonic() < end, reviews)


def due_reviews(session: Session, settings: Settings, now: datetime) -> list[int]:
    """The meetings whose brief is due, the next ones first."""
    waiting = select(Review.id, Review.starts_at, Review.zone, Teammate.timezone).outerjoin(Teammate, Teammate.slack_id == Review.organizer)
    near = (Review.state == SCHEDULED, Review.briefed_at.is_(None), Review.starts_at >= now + SPARE, Review.starts_at <= now + AHEAD)
    hours, clock = meeting_hours(settings.hours), settings.meetings.brief_at
    found = []
    for number, starts_at, planned_in, lives_in in session.execute(waiting.where(*near).order_by(Review.starts_at, Review.id)):
        zone = zone_of(known_zone(lives_in, planned_in) or settings.zone.key)
        if is_due(starts_at, due_at(starts_at, zone, hours, clock), now):
            found.append(number)
    return found


def most_changed(lines: Sequence[Line]) -> list[Line]:
    """Those whose charts are worth a look, the most changed first."""
    return sorted(lines, key=lambda line: -abs(line.change or 0.0))[:MOST_CHARTS]


async def _drawn(uploads: Uploads, picture: Picture) -> list[m.BriefChart]:
    charts = [chart_of(line.title, line.unit, line.points, line.usual) for line in most_changed(picture.lines)]
    files = await uploads.of(picture.account_id, charts)
    return [m.BriefChart(chart.title, chart.alt, file) for chart, file in zip(charts, files, strict=True)]


def write(session: Session, picture: Picture, charts: Sequence[m.BriefChart], otherwise: str, now: datetime) -> bool:
    """False: it was written before, or the meeting is no longer the one of the picture. `otherwise`: see `whom`."""
    review = session.get(Review, picture.review_id, with_for_update=True)
    if review is None or review.state != SCHEDULED or review.starts_at != picture.at or review.briefed_at:
        return False
    review.briefed_at = now
    key, to = brief_key(review.id, review.sequence), whom(session, review, otherwise)
    row: dict[str, Any] = {
        "kind": KIND,
        "key": key,
        "account_id": review.account_id,
        "recipient": to,
        "content": {"picture": picture.dump(), "charts": [asdict(chart) for chart in charts]},
        "created_at": now,
    }
    inserted = insert_into(session, Dispatch).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Dispatch.id)
    number = session.scalar(inserted)
    if number is None:
        return False
    outbox.enqueue(session, [outbox.New(key, brief_subject(number), to, now)], now)
    return True
