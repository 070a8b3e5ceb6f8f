"""The picture of an account before a meeting. It stands with the facts of messages: the brief is made of it."""

from bot.messages.catalog.review_picture import Answered, Before, Happened, Line, Picture, Point, Promised, read

__all__ = ["Answered", "Before", "Happened", "Line", "Picture", "Point", "Promised", "read"]
