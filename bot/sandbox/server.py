"""A local Slack for demos and tests: Web API, Socket Mode or signed HTTP delivery, a mail server, faults, and a web page.

It imports nothing of the bot's and lives in memory:

    sandbox = Sandbox(people=[…], rooms=[…], manifest=None)
    async with sandbox.serve():
        …  # start a bot with SLACK_API_URL = sandbox.api_url
        await sandbox.click("U0JANA", "C0ALERTS", ts, "alert.take")
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.routing import Route

from bot.sandbox.acts.interact import Interactions
from bot.sandbox.acts.modals import Modals
from bot.sandbox.acts.people import Acts
from bot.sandbox.acts.talk import Talk
from bot.sandbox.api.dispatch import Tokens, WebApi
from bot.sandbox.clock import ClockControl, ClockPort
from bot.sandbox.control import Control, Levers
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.parcel import Delivered
from bot.sandbox.delivery.signed import SignedHttp
from bot.sandbox.delivery.socket import SocketHub
from bot.sandbox.faults import Faults
from bot.sandbox.listener import listening
from bot.sandbox.live import Live
from bot.sandbox.mail.inbox import Inbox, Letter, summary
from bot.sandbox.mail.invitations import Post
from bot.sandbox.mail.pages import MailPages
from bot.sandbox.mail.smtp import mail_server
from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json, Person, Room
from bot.sandbox.responses import ResponseUrls
from bot.sandbox.routes import application
from bot.sandbox.views import View
from bot.sandbox.workspace import Beginning, Call, Workspace

__all__ = ["ClockPort", "Letter", "Person", "Room", "Sandbox", "Timing"]


@dataclass(frozen=True)
class Timing:
    """Slack's patience, in seconds. Tests make it shorter."""

    ack: float = 3.0
    trigger: float = 3.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)


class Sandbox(Acts):
    """One workspace with one app. What a person does stands in `Acts`."""

    def __init__(  # noqa: PLR0913 (keywords only, nearly all optional)
        self,
        *,
        people: Sequence[Person],
        rooms: Sequence[Room],
        manifest: Json | None = None,
        usergroups: Mapping[str, Sequence[str]] | None = None,
        events_url: str | None = None,
        signing_secret: str = "sandbox-secret",  # noqa: S107 (no secret)
        bot_token: str = "xoxb-sandbox",  # noqa: S107 (no secret)
        app_token: str = "xapp-sandbox",  # noqa: S107 (no secret)
        team_name: str = "Sandbox",
        timing: Timing | None = None,
        now: Callable[[], float] = time.time,
        clock: ClockPort | None = None,
        post: Post | None = None,
    ) -> None:
        """With a `clock`, messages and letters carry its time, and the page lets one put it forward. `post` carries what the readers of
        letters answer to invitations."""
        patience = timing or Timing()
        if clock is not None:
            now = _seconds_of(clock)
        beginning = Beginning(people, rooms, usergroups or {}, manifest, team_name)
        self.bot_token, self.app_token, self.signing_secret = bot_token, app_token, signing_secret
        self.workspace = Workspace(beginning, now, patience.trigger)
        self.faults = Faults()
        self.inbox = Inbox(now, self.workspace.publish)
        self.smtp_url = ""
        self._post = post
        self._clock = ClockControl(clock, self.workspace) if clock else None
        self.hub = SocketHub(self.workspace.identity.app, patience.ack)
        self._signed = SignedHttp(events_url, signing_secret, patience.ack) if events_url else None
        self.courier = Courier(self._signed or self.hub, self.faults, patience.event_retries, now)
        interactions = Interactions(self.workspace, self.courier)
        super().__init__(self.workspace, interactions, Modals(self.workspace, self.courier), Talk(self.workspace, self.courier))

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["Sandbox"]:
        """Runs the server inside the running loop; port 0 takes a free one."""
        async with mail_server(self.inbox, self.faults) as self.smtp_url, listening(self._application(), host, port) as url:
            self.workspace.base_url = self.hub.base_url = url
            try:
                yield self
            finally:
                await self._stop()

    def _application(self) -> object:
        tokens = Tokens(self.bot_token, self.app_token)
        api = WebApi(self.workspace, self.faults, tokens, self.hub.new_url)
        levers = Levers(self.acts() | {"disconnect": self.disconnect}, self._status, self._log, self.reset)
        control = Control(self.workspace, self.faults, levers)
        responses = ResponseUrls(self.workspace, self.faults)
        addresses = application(self.workspace, api, control, self.hub, responses, Live(self.workspace))
        addresses.routes.extend(MailPages(self.inbox, self._post).routes())
        if self._clock:
            addresses.routes.append(Route("/sandbox/clock", self._clock.endpoint, methods=["GET", "POST"]))
        return addresses

    async def _stop(self) -> None:
        await self.courier.stop()
        await self.hub.disconnect(abruptly=True)
        if self._signed:
            await self._signed.close()

    def _status(self) -> Json:
        return {
            "connections": len(self.hub.connections),
            "mode": "http" if self._signed else "socket",
            "now": self.workspace.now(),
            "clock": self._clock.state() if self._clock else None,
            "smtp_url": self.smtp_url,
            "mail": [summary(letter) for letter in self.inbox.letters],
        }

    def _log(self) -> list[Json]:
        return [
            {
                "kind": str(one.parcel.kind),
                "payload": one.parcel.payload,
                "retry_attempt": one.parcel.retry_attempt,
                "status": str(one.receipt.status),
                "milliseconds": one.receipt.milliseconds,
                "at": one.at,
            }
            for one in self.courier.log
        ]

    @property
    def url(self) -> str:
        """The web page."""
        return self.workspace.base_url

    @property
    def api_url(self) -> str:
        """`SLACK_API_URL` for the bot."""
        return f"{self.url}/api/"

    @property
    def connected(self) -> int:
        """How many Socket Mode connections there are."""
        return len(self.hub.connections)

    async def disconnect(self, reason: str = "refresh_requested", abruptly: bool = False) -> None:
        """A `disconnect` frame on every socket (`refresh_requested`, `warning`); `abruptly` closes without a frame."""
        await self.hub.disconnect(reason, abruptly)

    def reset(self) -> None:
        """Back to the beginning: no messages, letters, calls, deliveries or faults. Connections stay."""
        self.faults.clear()
        self.courier.log.clear()
        self.inbox.clear()
        self.workspace.reset()

    async def settled(self) -> None:
        """Waits for redeliveries and duplicates that are under way."""
        await self.courier.settled()

    def channel(self, name: str) -> Channel:
        """A channel by id or by name, with or without `#`. KeyError when there is none."""
        for channel in self.workspace.channels.values():
            if name in (channel.id, channel.name, f"#{channel.name}"):
                return channel
        raise KeyError(name)

    def messages(self, channel: str) -> list[Message]:
        """Every message of a channel, answers in threads included, oldest first."""
        return list(self.channel(channel).messages.values())

    def direct_messages(self, user: str) -> list[Message]:
        """The bot's conversation with a person."""
        return list(self.workspace.direct_message(user).messages.values())

    def ephemerals(self, user: str) -> list[Message]:
        return list(self.workspace.contents.ephemerals.get(user, {}).values())

    def views(self, user: str) -> list[View]:
        """The open modals of a person, the topmost last."""
        return list(self.workspace.stack(user))

    def home(self, user: str) -> View | None:
        return self.workspace.contents.homes.get(user)

    @property
    def mail(self) -> list[Letter]:
        """Every letter that came in by SMTP, oldest first; `letter.message` is an EmailMessage."""
        return self.inbox.letters

    @property
    def calls(self) -> list[Call]:
        """Every Web API call and use of a response URL, in order."""
        return self.workspace.contents.calls

    @property
    def deliveries(self) -> list[Delivered]:
        """Everything that was sent to the bot, with what it answered."""
        return self.courier.log


def _seconds_of(clock: ClockPort) -> Callable[[], float]:
    return lambda: clock.now().timestamp()
