"""A real mail server on a loopback port. Keeps what it took; says no, hangs or hangs up as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class MailServer:
    """`replies` are answers to RCPT, `verdicts` to the letter itself, in order; `drop` hangs up once a whole letter came."""

    url: str = ""
    replies: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    drop: bool = False
    hold: asyncio.Event | None = None
    connections: int = 0
    users: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]  # type: ignore[misc]

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        verdict = self.verdicts.pop(0) if self.verdicts else "250 OK"
        if verdict.startswith("2"):
            self.raw.append(bytes(envelope.content or b""))
            self.recipients += envelope.rcpt_tos
        if self.hold:
            await self.hold.wait()
        if self.drop:
            server.transport.abort()
        return verdict

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.users.append(f"{data.login.decode()}:{data.password.decode()}")
        return AuthResult(success=data.password == b"right word", handled=False)


@asynccontextmanager
async def mail_server(**how: Any) -> AsyncIterator[MailServer]:
    mail = MailServer(**how)

    def connected() -> SMTP:
        mail.connections += 1
        return SMTP(mail, hostname="mail.test", enable_SMTPUTF8=False, authenticator=mail.check, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    mail.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield mail
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)
