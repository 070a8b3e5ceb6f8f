"""The form as it comes back: what the person chose and wrote, and what the form itself remembers."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Self

LONGEST_SUBJECT, LONGEST_BODY = 200, 3000


@dataclass(frozen=True)
class Ticket:
    """The form's `private_metadata`. `key` makes it one letter, however often it is sent off.

    `turn` and `drawing` number how often its choices and its text were shown anew. `drawn` is the digest of the text that a letter gave:
    for the contact `drawn_for`, and `drawn_as` that letter in that language. `shown_for` and `shown_as` are what was chosen when the form
    was last shown. `tongue` is a language that the person chose for this contact (empty: none). `seen` is the number of the newest letter
    to the chosen contact that the form told of.
    """

    account_id: str
    alert_id: int | None
    key: str
    turn: int = 0
    drawing: int = 0
    drawn: str = ""
    drawn_for: str = ""
    drawn_as: str = ""
    shown_for: str = ""
    shown_as: str = ""
    tongue: str = ""
    seen: int = 0

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Form:
    """`letter` may be `BLANK`. `later`: in the contact's next morning."""

    ticket: Ticket
    contact: str
    letter: str
    language: str
    subject: str
    body: str
    later: bool = False

    @property
    def is_edited(self) -> bool:
        """Whether the text is no longer the letter's own."""
        return digest(self.subject, self.body) != self.ticket.drawn

    @property
    def follows_choices(self) -> bool:
        """Whether the text, changed or not, began as what is chosen now."""
        return (self.ticket.drawn_for, self.ticket.drawn_as) == (self.contact, self.choice)

    @property
    def is_as_shown(self) -> bool:
        """Whether the person has seen what their last choice led to: *Send* may be quicker than the form."""
        return (self.ticket.shown_for, self.ticket.shown_as) == (self.contact, self.choice)

    @property
    def choice(self) -> str:
        return f"{self.letter}:{self.language}"


def digest(subject: str, body: str) -> str:
    """Of a text as the person sees it: ends of lines, and blanks around it, make no difference."""
    seen = "\0".join("\n".join(one.rstrip() for one in text.strip().splitlines()) for text in (subject, body))
    return sha256(seen.encode()).hexdigest()[:16]
