"""The letters that customers got, in memory. Several people may read them: read is read for all."""

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count

from bot.sandbox.people import Json

SHOWN = ("From", "To", "Reply-To", "Subject", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")


@dataclass
class Letter:
    """One transaction of the mail server. `sender` and `recipients` are the envelope's, `arrived` is in seconds since the epoch."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    source: bytes
    message: EmailMessage
    arrived: float
    read: bool = False

    def part(self, kind: str) -> str:
        """The body as `html` or `plain` text; empty without one."""
        body = self.message.get_body((kind,))
        return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


class Inbox:
    def __init__(self, now: Callable[[], float], publish: Callable[[Json], None]) -> None:
        self.now, self._publish = now, publish
        self._numbers = count(1)
        self.letters: list[Letter] = []

    def take(self, sender: str, recipients: tuple[str, ...], source: bytes) -> Letter:
        message = message_from_bytes(source, policy=policy.default)
        letter = Letter(next(self._numbers), sender, recipients, source, message, self.now())
        self.letters.append(letter)
        self._changed(letter)
        return letter

    def find(self, number: int) -> Letter | None:
        return next((letter for letter in self.letters if letter.id == number), None)

    def mark_read(self, letter: Letter) -> None:
        if not letter.read:
            letter.read = True
            self._changed(letter)

    def clear(self) -> None:
        self.letters.clear()

    def _changed(self, letter: Letter) -> None:
        self._publish({"kind": "letter", "letter": summary(letter)})


def summary(letter: Letter) -> Json:
    """A letter as the list shows it."""
    return {
        "id": letter.id,
        "to": letter.message.get("To") or ", ".join(letter.recipients),
        "from": letter.message.get("From") or letter.sender,
        "subject": letter.message.get("Subject") or "",
        "at": letter.arrived,
        "read": letter.read,
    }


def whole(letter: Letter) -> Json:
    """A letter as the reading pane shows it. Headers stand in a fixed order; absent ones are left out."""
    headers = {name: str(letter.message[name]) for name in SHOWN if letter.message[name] is not None}
    return summary(letter) | {
        "envelope": {"from": letter.sender, "to": list(letter.recipients)},
        "headers": headers,
        "text": letter.part("plain"),
        "html": letter.part("html"),
        "source": letter.source.decode("utf-8", "replace"),
    }
