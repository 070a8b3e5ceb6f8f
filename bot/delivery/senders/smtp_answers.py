"""What a mail server's answers mean for a letter: surely not sent, nobody there, or perhaps sent."""

import re

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from bot.delivery.sender import Bounced
from bot.errors import NotSent, SendFailed, Undeliverable

ENHANCED = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
NOBODY = frozenset({550, 551, 552, 553, 556})
"""Codes without an enhanced one that speak of the mailbox; 554 mostly means that the sender is not liked."""
OURS = frozenset({("1", "7"), ("1", "8")})


def refused(error: Exception) -> SendFailed:
    """The answer to anything before the letter itself, or a clear answer to the letter (RFC 5321, RFC 3463)."""
    if isinstance(error, SMTPAuthenticationError):
        return NotSent(f"the mail server refuses the user name or password: correct email.url ({_said(error)})")
    if isinstance(error, SMTPResponseException):
        if error.code < 500:
            return NotSent(f"the mail server asks to try later: {_said(error)}")
        if is_bounce(error):
            return Bounced(f"nobody can be reached at this address: {_said(error)}")
        return Undeliverable(f"the mail server refuses the letter: {_said(error)}")
    if isinstance(error, SMTPNotSupported):
        return NotSent(f"the mail server lacks what email.url asks for: {error}")
    if isinstance(error, SMTPException | OSError | TimeoutError):
        return NotSent(f"the mail server cannot be reached: {error or type(error).__name__}")
    raise error


def is_bounce(error: SMTPResponseException) -> bool:
    """The mailbox is at fault: 5.1.x and 5.2.x but for our own address. A policy against the sender (5.7.x) says nothing of the person."""
    if error.code < 500 or not isinstance(error, SMTPRecipientRefused | SMTPDataError):
        return False
    if enhanced := ENHANCED.search(error.message):
        return enhanced[1] in ("1", "2") and (enhanced[1], enhanced[2]) not in OURS
    return isinstance(error, SMTPRecipientRefused) and error.code in NOBODY


def _said(error: SMTPResponseException) -> str:
    return f"{error.code} {' '.join(error.message.split())}"[:300]
