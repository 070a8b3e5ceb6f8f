"""What everything about rooms looks at, beside the room itself."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.alerts.world import World
from bot.errors import Refused
from bot.settings import LiveSettings, Settings
from models import Account, Alert, Room


@dataclass(frozen=True)
class Scene:
    """`world` is the cards'; `charts`: pictures can be drawn and given to Slack."""

    live: LiveSettings
    world: World
    charts: bool = False

    @property
    def settings(self) -> Settings:
        """Those of this moment."""
        return self.live.current


@dataclass(frozen=True)
class Subject:
    """A room with what it is about."""

    room: Room
    alert: Alert
    account: Account


def load_subject(session: Session, room_id: int, lock: bool = False) -> Subject:
    """`lock`: nobody else changes the room meanwhile."""
    room = session.get(Room, room_id, with_for_update=lock)
    alert = session.get(Alert, room.alert_id) if room else None
    account = session.get(Account, room.account_id) if room else None
    if room is None or alert is None or account is None:
        raise Refused("This room is no longer there.")
    return Subject(room, alert, account)
