"""The settings that an admin may change in Slack: a fixed table. Everything else (databases, tokens, connectors) is the file's alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.settings.model import Settings
from bot.settings.typed import DEADLINES, EACH, LINE, NUMBER, PEOPLE, ROUTES, YES, Typing

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Changeable:
    """`section` is where /stay admin shows it. `choices`: what is typed and what it is called, where one of a few is to be chosen."""

    key: str
    section: str
    label: str
    hint: str
    typing: Typing
    optional: bool = False
    choices: Choices = ()

    def typed(self, settings: Settings) -> str:
        """What the setting is now, as it would be typed."""
        return self.typing.write(value_of(settings, self.key))

    def read(self, text: str) -> Any:
        """The value as it would stand in staysail.yml. ValueError, in words, when the text cannot be one."""
        return self.typing.read(text.strip())

    def fingerprint(self, settings: Settings) -> str:
        """Of what somebody saw before they changed it."""
        return sha256(self.typed(settings).encode()).hexdigest()[:16]


def value_of(settings: Settings, key: str) -> Any:
    if key == "channels.routes":
        return settings.routes
    section, _, name = key.partition(".")
    return getattr(settings.freshness if section == "usage" else getattr(settings, section), name)


_MAIL = "E-mail addresses, one a line; a Slack user group as @handle."
_CHANNEL = "A channel such as #cs-alerts, or its id. New messages go there; cards that stand already stay where they are."
_LETTERS = "A number and a length of time, such as 3 per 7d, across all playbooks."
_WEEK: Choices = (("Mon", "Monday"), ("Tue", "Tuesday"), ("Wed", "Wednesday"), ("Thu", "Thursday"), ("Fri", "Friday"))

_ROLES = (
    Changeable("roles.admins", "roles", "Admins", f"Who may do what stands here. {_MAIL}", EACH, optional=True),
    Changeable("roles.managers", "roles", "Managers", f"Who sees the whole team and everybody's alerts. {_MAIL}", EACH, optional=True),
    Changeable(
        "roles.money",
        "roles",
        "Who sees money and comments",
        "Managers and admins always do.",
        LINE,
        choices=(("team", "Everybody of the team"), ("owners", "Only those who look after the account")),
    ),
)
_CHANNELS = (
    Changeable("channels.alerts", "channels", "Alerts", _CHANNEL, LINE),
    Changeable("channels.managers", "channels", "Managers' channel", f"{_CHANNEL} Empty: the alerts' channel.", LINE, optional=True),
    Changeable("channels.admins", "channels", "Admins' channel", f"{_CHANNEL} Empty: the managers' channel.", LINE, optional=True),
    Changeable(
        "channels.routes",
        "channels",
        "Routes",
        "One a line: a condition and a channel, such as arr > 50000 -> #cs-enterprise. The first that fits counts.",
        ROUTES,
        optional=True,
    ),
)
_LIMITS = (
    Changeable("limits.cards_a_day", "limits", "New cards a day", "How many new cards an owner gets at most; the rest wait.", NUMBER),
    Changeable("limits.contact", "limits", "Letters to one contact", _LETTERS, LINE),
    Changeable("limits.account", "limits", "Letters to one account", _LETTERS, LINE),
)
_ALERTS = (
    Changeable(
        "alerts.group",
        "alerts",
        "One card for",
        "",
        LINE,
        choices=(("account", "An account, with all its reasons"), ("playbook", "Each playbook of an account")),
    ),
    Changeable(
        "alerts.deadlines",
        "alerts",
        "To be taken within",
        "Business time of the owner, one a line: 50000: 4h is for alerts of that priority or more, 1d alone is for all the others.",
        DEADLINES,
    ),
    Changeable(
        "alerts.worse_by", "alerts", "Opens again when worse by", "A share, such as 0.2 or 20%, of how bad it was at its closing.", NUMBER
    ),
    Changeable(
        "alerts.min_precision",
        "alerts",
        "Cards only above this precision",
        "A share, such as 0.3 or 30%. A playbook that was useful less often goes to the digest.",
        NUMBER,
    ),
    Changeable("digest.at", "alerts", "Digest at", "A time of day where each person is, such as 08:30.", LINE),
    Changeable("digest.week_day", "alerts", "The managers' week on", "", LINE, choices=_WEEK),
    Changeable(
        "rooms.private", "alerts", "Rooms are", "Channels of escalations.", YES, choices=(("true", "Private"), ("false", "Open to all"))
    ),
    Changeable(
        "away.stand_ins",
        "alerts",
        "Stand-ins",
        "One a line, by e-mail address: jana@ours.example: wei@ours.example means that Wei stands in for Jana.",
        PEOPLE,
        optional=True,
    ),
)
_DATA = (
    Changeable("usage.stale_after", "connectors", "Usage counts as old after", "A length of time, such as 36h or 2d.", LINE),
    Changeable(
        "usage.mass_drop", "connectors", "Too many alerts at once", "A share of the accounts, such as 0.3 or 30%. More are held.", NUMBER
    ),
)

CHANGEABLE: Mapping[str, Changeable] = {one.key: one for one in (*_ROLES, *_CHANNELS, *_LIMITS, *_ALERTS, *_DATA)}


def changeable_in(settings: Settings, section: str) -> list[Changeable]:
    """Those of a section. What usage may be is only a question where there is some."""
    return [one for one in CHANGEABLE.values() if one.section == section and (settings.usage or not one.key.startswith("usage."))]
