"""What is wrong with a letter."""

from bot.errors import StaysailError


class LetterBroken(StaysailError):
    """A letter could not be written. The text names the file, its line and what is wrong."""
