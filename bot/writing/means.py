"""What writing to a contact needs besides the form: the letters, the house's rules, who writes, and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.alerts.world import World
from bot.clock import day_of
from bot.delivery.post import Post
from bot.errors import Refused
from bot.letters.library import Letters
from bot.letters.links import signer
from bot.playbooks.known import known_signals
from bot.playbooks.loading import house_of
from bot.playbooks.rulebook import House
from bot.settings import Settings
from bot.team.roles import Actor

NO_MAIL = "There is no mail server to send with yet: an admin adds the section `email` (url and from) to staysail.yml. See docs/letters.md."


@dataclass(frozen=True)
class Means:
    """`post` is how letters leave, `sender` the settings' From: `Customer success <cs@ours.example>`."""

    house: House
    letters: Letters
    sender: str
    post: Post
    signals: Signals
    world: World
    writer: Actor
    now: datetime


def means_of(session: Session, settings: Settings, world: World, writer: Actor, now: datetime) -> Means:
    """Refused when the settings have no section `email`."""
    house, environment = house_of(settings), settings.environment
    if house.letters is None or house.sender is None:
        raise Refused(NO_MAIL)
    post = Post(house.sender, signer(environment.staysail_url, environment.staysail_secret))
    signals = known_signals(session, settings, day_of(now, settings.zone))
    return Means(house, house.letters, house.sender, post, signals, world, writer, now)
