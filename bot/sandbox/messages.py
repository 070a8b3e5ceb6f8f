"""Messages and the channels that hold them."""

from dataclasses import dataclass, field

from bot.sandbox.people import Json


@dataclass
class Message:
    """One message. `versions` counts how often it was written: 1 when new, one more for each update."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    from_bot: bool = True
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    broadcast: bool = False
    edited_at: str | None = None
    versions: int = 1
    pinned: bool = False
    only_for: str | None = None
    username: str | None = None

    @property
    def in_channel(self) -> bool:
        """Whether it stands in the channel itself, not only in a thread."""
        return self.thread_ts in (None, self.ts) or self.broadcast


@dataclass
class Channel:
    id: str
    name: str
    kind: str  # public | private | im
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    is_ext_shared: bool = False
    topic: str = ""
    purpose: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)
    bookmarks: list[Json] = field(default_factory=list)
    canvas: Json | None = None

    @property
    def scope_prefix(self) -> str:
        return {"public": "channels", "private": "groups", "im": "im"}[self.kind]

    def replies(self, ts: str) -> list[Message]:
        """The answers below a message, oldest first, without the message itself."""
        return self.threads.get(ts, [])

    def keep(self, message: Message) -> None:
        """Takes a message in, once, also below its parent."""
        if message.ts not in self.messages and message.thread_ts not in (None, message.ts):
            self.threads.setdefault(str(message.thread_ts), []).append(message)
        self.messages[message.ts] = message

    def drop(self, message: Message) -> None:
        self.messages.pop(message.ts, None)
        if message in self.replies(message.thread_ts or ""):
            self.threads[str(message.thread_ts)].remove(message)

    def payload_name(self) -> str:
        """The name as interaction payloads give it: private channels and DMs keep theirs for themselves."""
        return {"public": self.name, "private": "privategroup", "im": "directmessage"}[self.kind]


def channel_json(channel: Channel, bot_user: str) -> Json:
    """A conversation object as `conversations.info` returns it."""
    common = {"id": channel.id, "created": channel.created, "is_archived": channel.is_archived, "is_org_shared": False}
    if channel.kind == "im":
        other = next((m for m in channel.members if m != bot_user), bot_user)
        return {**common, "is_im": True, "user": other, "is_user_deleted": False, "priority": 0}
    private = channel.kind == "private"
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_member": bot_user in channel.members,
        "creator": channel.creator,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": 0},
        "num_members": len(channel.members),
    }
