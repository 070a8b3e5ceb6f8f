"""What a feature answers to. Each module of this package that people can reach has one, as `FEATURE`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.messages.actions import Action, Callback, Input
from bot.messages.catalog import Hit, Recipient
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Reply
from handlers.slack.payloads import Click, Command, Search, Shortcut, Submission


@dataclass(frozen=True)
class Feature:
    """Tables from what Slack sends to a function; `listeners` joins them. `words` are those of `/stay`.

    `options` answer what somebody types into a select; `events` are told after the event was taken in and acknowledged.
    """

    clicks: Mapping[Action, Callable[[Desk, Actor, Click], Awaitable[Reply]]] = field(default_factory=dict)
    forms: Mapping[Callback, Callable[[Desk, Actor, Submission], Awaitable[Reply]]] = field(default_factory=dict)
    words: Mapping[str, Callable[[Desk, Actor, Command], Awaitable[Reply]]] = field(default_factory=dict)
    options: Mapping[Input, Callable[[Desk, Actor, Search], Awaitable[tuple[Hit | Recipient, ...]]]] = field(default_factory=dict)
    shortcuts: Mapping[Callback, Callable[[Desk, Actor, Shortcut], Awaitable[Reply]]] = field(default_factory=dict)
    events: Mapping[str, Callable[[Desk, dict[str, Any]], Awaitable[None]]] = field(default_factory=dict)
