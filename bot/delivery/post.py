"""What letters need beside their text."""

from dataclasses import dataclass

from bot.letters.links import LinkSigner


@dataclass(frozen=True)
class Post:
    """`links` None: no web pages of ours can be reached; `sender` is the settings' From."""

    sender: str
    links: LinkSigner | None
    tracking: bool = False
