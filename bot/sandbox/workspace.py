"""Everything that stands in the local Slack, in memory. Watchers (the web page) hear of every change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandbox import scopes
from bot.sandbox.blocks.walk import with_ids
from bot.sandbox.errors import Refusal
from bot.sandbox.identity import identity_from
from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json, Person, Room
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import View


@dataclass(frozen=True)
class Call:
    """One Web API call as it was answered."""

    method: str
    args: Json
    at: float
    result: Json
    fault: str | None = None


@dataclass
class Upload:
    id: str
    name: str
    content: bytes = b""
    title: str = ""
    content_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Beginning:
    """What a workspace starts with, kept so that it can be reset."""

    people: Sequence[Person]
    rooms: Sequence[Room]
    usergroups: Mapping[str, Sequence[str]]
    manifest: Json | None
    team_name: str


@dataclass
class Contents:
    """What a reset empties."""

    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    ephemerals: dict[str, dict[str, Message]] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    selections: dict[tuple[str, str], Json] = field(default_factory=dict)
    read: dict[tuple[str, str], str] = field(default_factory=dict)


class Workspace:
    def __init__(self, beginning: Beginning, now: Callable[[], float], trigger_seconds: float) -> None:
        self.now = now
        self.beginning = beginning
        self.manifest = beginning.manifest
        self.identity = identity_from(beginning.manifest, beginning.team_name)
        self.scopes = scopes.granted(beginning.manifest)
        self.base_url = ""
        self.usergroups = {handle: list(members) for handle, members in beginning.usergroups.items()}
        self.tickets = Tickets(now, trigger_seconds)
        self.watchers: list[Callable[[Json], None]] = []
        self._last_ts = 0
        self.reset()

    def reset(self) -> None:
        """Back to the people and rooms of the beginning, without messages."""
        self.contents = Contents()
        bot = self.identity.person()
        self.contents.people = {person.id: person for person in (*self.beginning.people, bot)}
        for room in self.beginning.rooms:
            self.contents.channels[room.id] = self._channel(room)
        self.publish({"kind": "reset"})

    def _channel(self, room: Room) -> Channel:
        members = [*room.members, *([self.identity.bot_user] if room.bot_in else [])]
        creator = members[0] if members else self.identity.bot_user
        kind = "private" if room.is_private else "public"
        created = int(self.now())
        return Channel(room.id, room.name, kind, creator, created, members, room.is_archived, room.is_ext_shared, room.topic)

    @property
    def people(self) -> dict[str, Person]:
        return self.contents.people

    @property
    def channels(self) -> dict[str, Channel]:
        return self.contents.channels

    def publish(self, change: Json) -> None:
        for watcher in list(self.watchers):
            watcher(change)

    def new_ts(self) -> str:
        """The clock as a message timestamp; never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def person(self, user: str) -> Person:
        if user not in self.people:
            raise Refusal("user_not_found")
        return self.people[user]

    def direct_message(self, user: str) -> Channel:
        """The conversation of a person with the bot, made when it is not there."""
        channel_id = f"D{user[1:]}"
        if channel_id not in self.channels:
            members = [user, self.identity.bot_user]
            self.channels[channel_id] = Channel(channel_id, "", "im", user, int(self.now()), members)
            self.publish({"kind": "channel", "channel": channel_id})
        return self.channels[channel_id]

    def store(self, message: Message) -> Message:
        """Keeps a new message, or an ephemeral one for its reader."""
        message.blocks = with_ids(message.blocks)
        if message.only_for:
            self.contents.ephemerals.setdefault(message.only_for, {})[message.ts] = message
        else:
            self.channels[message.channel].keep(message)
        self.changed(message)
        return message

    def changed(self, message: Message) -> None:
        self.publish({"kind": "message", "message": message})
        parent = self.channels[message.channel].messages.get(message.thread_ts or "")
        if parent is not None and parent is not message:
            self.publish({"kind": "message", "message": parent})

    def remove(self, message: Message) -> None:
        if message.only_for:
            self.contents.ephemerals[message.only_for].pop(message.ts, None)
        else:
            self.channels[message.channel].drop(message)
        self.publish({"kind": "gone", "channel": message.channel, "ts": message.ts, "only_for": message.only_for})

    def find_message(self, channel: str, ts: str, user: str | None = None) -> Message | None:
        """A message of the channel, or an ephemeral of this user."""
        found = self.channels[channel].messages.get(ts) if channel in self.channels else None
        return found or self.contents.ephemerals.get(user or "", {}).get(ts)

    def stack(self, user: str) -> list[View]:
        return self.contents.stacks.setdefault(user, [])

    def find_view(self, view_id: str) -> View | None:
        views: Iterable[View] = [v for stack in self.contents.stacks.values() for v in stack]
        return next((v for v in (*views, *self.contents.homes.values()) if v.id == view_id), None)

    def views_changed(self, user: str) -> None:
        self.publish({"kind": "views", "user": user})
