"""Everything that a person can do, as methods: in-process for tests, by name over HTTP for the web page."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.acts.interact import Chosen, Interactions
from bot.sandbox.acts.modals import Modals
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.acts.talk import Talk
from bot.sandbox.errors import ActImpossible
from bot.sandbox.people import Json
from bot.sandbox.workspace import Workspace


class Acts:
    """Each method raises ActImpossible when the person could not do that: no such message, button, view or option."""

    def __init__(self, workspace: Workspace, interactions: Interactions, modals: Modals, talk: Talk) -> None:
        self._world = workspace
        self._interactions = interactions
        self._modals = modals
        self._talk = talk

    def acts(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        """The names that `/sandbox/act` knows."""
        return {
            "click": self.click,
            "click_in_view": self.click_in_view,
            "suggest": self.suggest,
            "submit": self.submit,
            "close": self.close,
            "command": self.command,
            "post_as": self.post_as,
            "shortcut": self.shortcut,
            "open_home": self.open_home,
            "open_messages": self.open_messages,
            "event": self.event,
            "dismiss": self.dismiss,
            "mark_read": self.mark_read,
            "join": self.join,
        }

    async def click(  # noqa: PLR0913 (what a click consists of)
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        state: Json | None = None,
    ) -> Outcome:
        """A button, or a choice in a message. `value` is the option's value, the date, the user …; of several buttons
        with one action id, the value of the one that is meant. `state` is what else stands in the message's inputs."""
        self._check_person(user)
        return await self._interactions.in_message(user, channel, ts, Chosen(action_id, value, block_id), state)

    async def click_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        state: Json | None = None,
    ) -> Outcome:
        """A button or a choice in a modal or in the App Home."""
        self._check_person(user)
        return await self._interactions.in_view(user, view_id, Chosen(action_id, value, block_id), state)

    async def suggest(self, user: str, action_id: str, query: str, *, channel: str = "", ts: str = "", view_id: str = "") -> Outcome:
        """What an external select offers; `body` is the bot's answer with `options` or `option_groups`."""
        self._check_person(user)
        where = {"view_id": view_id} if view_id else {"channel": channel, "ts": ts}
        return await self._interactions.suggest(user, where, action_id, query)

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Outcome:
        """`values` by block id or action id; what is left out keeps its initial value. Errors are in `errors`."""
        self._check_person(user)
        return await self._modals.submit(user, view_id, values)

    async def close(self, user: str, view_id: str, everything: bool = False) -> Outcome:
        self._check_person(user)
        return await self._modals.close(user, view_id, everything)

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Outcome:
        """A slash command; an answer in the acknowledgement becomes a message."""
        self._check_person(user)
        return await self._talk.command(user, self._channel_id(channel), command, text)

    async def post_as(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Outcome:
        self._check_person(user)
        return await self._talk.post(user, self._channel_id(channel), text, thread_ts)

    async def shortcut(self, user: str, callback_id: str, channel: str = "", ts: str = "") -> Outcome:
        self._check_person(user)
        return await self._interactions.shortcut(user, callback_id, channel, ts)

    async def open_home(self, user: str) -> Outcome:
        self._check_person(user)
        return await self._talk.open_home(user, "home")

    async def open_messages(self, user: str) -> Outcome:
        self._check_person(user)
        return await self._talk.open_home(user, "messages")

    async def event(self, event: Json) -> Outcome:
        """Any Events API event, wrapped and delivered."""
        return await self._talk.event(event)

    async def dismiss(self, user: str, ts: str) -> None:
        """Puts an ephemeral message away."""
        message = self._world.contents.ephemerals.get(user, {}).get(ts)
        if message is not None:
            self._world.remove(message)

    async def mark_read(self, user: str, channel: str, ts: str) -> None:
        self._world.contents.read[user, channel] = ts

    async def join(self, user: str, channel: str) -> None:
        members = self._world.channels[self._channel_id(channel)].members
        if user not in members:
            members.append(user)
            self._world.publish({"kind": "channel", "channel": self._channel_id(channel)})

    def _check_person(self, user: str) -> None:
        if user not in self._world.people:
            raise ActImpossible(f"no person {user}")

    def _channel_id(self, name: str) -> str:
        plain = name.removeprefix("#")
        return next((c.id for c in self._world.channels.values() if plain in (c.id, c.name)), name)
