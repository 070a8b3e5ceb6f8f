"""Mail over SMTP. A few connections stay open; the outbox says when, the server whether.

A letter whose text was on its way when the line broke may have been sent. Nobody can look it up, so it is never repeated.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from bot import clock
from bot.delivery.mail import Letter, mailbox, message_of
from bot.delivery.schemes import MAIL
from bot.delivery.sender import Posted, Terms
from bot.delivery.senders.smtp_answers import refused
from bot.errors import Uncertain

CONNECTIONS = 4
CONNECT = 20.0
COMMAND = 30.0
ACCEPT = 120.0
"""Seconds for the answer to a whole letter: some servers look for viruses first."""
IDLE = 30.0
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class SmtpServer:
    """`start_tls` None: where it is offered."""

    host: str
    port: int
    user: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None

    @classmethod
    def read(cls, url: str) -> Self:
        """`smtp://user:pass@host:587?tls=required`, `smtps://…`. A password goes in clear to nobody but this machine."""
        parts = urlsplit(url)
        use_tls, host = parts.scheme == "smtps", parts.hostname or "localhost"
        required = parse_qs(parts.query).get("tls") == ["required"] or (bool(parts.username) and host not in LOCAL)
        return cls(
            host=host,
            port=parts.port or (465 if use_tls else 587 if parts.username else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or "") if parts.username else None,
            use_tls=use_tls,
            start_tls=None if use_tls or not required else True,
        )


class SmtpSender:
    """`sender` is the From of letters that name none: `Customer success <cs@ours.example>`."""

    terms = Terms(at_once=CONNECTIONS, tries=36, lease=timedelta(minutes=5))

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server, self._sender = server, mailbox(sender)
        self._idle: list[tuple[SMTP, float]] = []
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def post(self, channel: str, message: Letter, outbox_id: str) -> Posted:
        to = mailbox(channel.removeprefix(f"{MAIL}:"), message.to_name)
        sender = mailbox(message.sender) if message.sender else self._sender
        written = message_of(message, sender, to, outbox_id, clock.now())
        async with self._places:
            client = await self._connected()
            try:
                await self._hand_over(client, sender.addr_spec, to.addr_spec, written.as_bytes())
            except BaseException:
                client.close()
                raise
            self._idle.append((client, time.monotonic()))
        return Posted(channel, written["Message-ID"])

    async def close(self) -> None:
        while self._idle:
            client, _ = self._idle.pop()
            try:
                await client.quit(timeout=1)
            except (SMTPException, OSError):
                client.close()

    async def _connected(self) -> SMTP:
        """A connection that has just answered: an idle one may be dead without our knowing."""
        while self._idle:
            client, since = self._idle.pop()
            if time.monotonic() - since < IDLE and await _answers(client):
                return client
            client.close()
        return await self._connect()

    async def _connect(self) -> SMTP:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.use_tls,
            start_tls=server.start_tls,
            local_hostname=self._sender.domain,
            timeout=COMMAND,
        )
        try:
            async with asyncio.timeout(CONNECT):
                await client.connect()
        except Exception as error:
            client.close()
            raise refused(error) from error
        return client

    async def _hand_over(self, client: SMTP, sender: str, to: str, letter: bytes) -> None:
        try:
            await client.mail(sender)
            await client.rcpt(to)
        except Exception as error:
            raise refused(error) from error
        try:
            await client.data(letter, timeout=ACCEPT)
        except SMTPResponseException as error:
            raise refused(error) from error
        except (SMTPException, OSError, TimeoutError) as error:
            raise Uncertain(f"no clear answer from the mail server: {error or type(error).__name__}") from error


async def _answers(client: SMTP) -> bool:
    try:
        await client.rset(timeout=COMMAND)
    except (SMTPException, OSError, TimeoutError):
        return False
    return True
