"""What a review looks like in its organizer's own calendar, or in the letter that goes out in its place."""

from sqlalchemy.orm import Session

from bot.alerts.world import World
from bot.connectors.ports import Entry
from bot.reviews.calendar import entry
from bot.reviews.letters import News, Telling, invitee, mail_organizer, meeting_of
from bot.reviews.means import Means, means_to_answer
from bot.reviews.place import Place
from bot.reviews.records import load_review, people_of, show, title_of
from bot.settings import Settings
from bot.team.roles import Actor
from models import Review
from models.review import CANCELLED, SCHEDULED


def entry_of(session: Session, settings: Settings, world: World, review: Review) -> Entry:
    if review.state == CANCELLED:
        return Entry(review.uid, review.sequence, "")
    means = _means(session, settings, world, review)
    telling = _telling(session, means, review)
    text = entry(meeting_of(means, telling), [invitee(one) for one in telling.people], review.changed_at)
    return Entry(review.uid, review.sequence, text)


def mail_instead(session: Session, settings: Settings, world: World, review: Review) -> None:
    """Of one that is over nobody is told. The organizer's message no longer says that it stands in their calendar."""
    news = News.CANCELLED if review.state == CANCELLED else News.MOVED if review.sequence else News.INVITED
    if review.state in (SCHEDULED, CANCELLED):
        means = _means(session, settings, world, review)
        mail_organizer(session, means, _telling(session, means, review), news)
        show(session, review)


def _telling(session: Session, means: Means, review: Review) -> Telling:
    _, account = load_review(session, review.id)
    title = title_of(session, means, Place(account, None, ()), review)
    return Telling(review, account, title, people_of(session, review))


def _means(session: Session, settings: Settings, world: World, review: Review) -> Means:
    """In the organizer's name."""
    organizer = Actor(review.organizer, review.organizer_email, review.organizer_name, review.zone, frozenset())
    return means_to_answer(session, settings, world, organizer, world.now())
