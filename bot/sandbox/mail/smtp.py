"""A mail server inside the running loop, for loopback. It takes every letter, unless a fault says otherwise."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.sandbox.faults import MAIL_KINDS, Fault, FaultKind, Faults
from bot.sandbox.mail.inbox import Inbox

AT_RECIPIENT = {
    FaultKind.MAIL_REFUSED: "550 5.1.1 No such mailbox here",
    FaultKind.MAIL_DEFERRED: "451 4.3.0 Try again later",
}


class Mailroom:
    """What aiosmtpd asks about each letter. A fault counts letters: it strikes at the first recipient of one."""

    def __init__(self, inbox: Inbox, faults: Faults) -> None:
        self._inbox, self._faults = inbox, faults

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name and arguments)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._faults.take("mail", AT_RECIPIENT)
        if fault is not None:
            return AT_RECIPIENT[fault.kind]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        fault = self._faults.take("mail", MAIL_KINDS - set(AT_RECIPIENT))
        if fault is None or fault.performed:
            self._inbox.take(envelope.mail_from or "", tuple(envelope.rcpt_tos), _bytes(envelope.content))
        if fault is not None:
            _drop(server, fault)
        return "250 OK, delivered to the sandbox"


def _bytes(content: str | bytes | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""


def _drop(server: SMTP, fault: Fault) -> None:
    """Closes the connection without an answer to the letter."""
    _hang_up(server)
    raise ConnectionResetError(fault.kind)


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


@asynccontextmanager
async def mail_server(inbox: Inbox, faults: Faults, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serves on a free port; yields its address, such as `smtp://127.0.0.1:40025`."""
    loop = asyncio.get_running_loop()
    open_ones: WeakSet[SMTP] = WeakSet()
    mailroom = Mailroom(inbox, faults)

    def conversation() -> SMTP:
        one = SMTP(mailroom, hostname="sandbox.example", ident="Sandbox", enable_SMTPUTF8=True, loop=loop)
        open_ones.add(one)
        return one

    server = await loop.create_server(conversation, host, 0)
    try:
        yield f"smtp://{host}:{_port(server)}"
    finally:
        server.close()
        for one in open_ones:
            _hang_up(one)
        await asyncio.sleep(0)


def _port(server: Any) -> int:
    return int(server.sockets[0].getsockname()[1])
