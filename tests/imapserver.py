"""A real IMAP server on a loopback port, in the running loop, with one mailbox in memory."""

import asyncio
import ssl
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Any
from urllib.parse import quote

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

USER, PASSWORD = "answers", "right word"


@dataclass
class ImapServer:
    """`url` logs in. What tests do there blocks: they call it in a thread."""

    port: int
    scheme: str = "imap"

    @property
    def url(self) -> str:
        return self.with_password(PASSWORD)

    def with_password(self, password: str) -> str:
        return f"{self.scheme}://{USER}:{quote(password)}@127.0.0.1:{self.port}"

    def put(self, *mails: bytes, seen: bool = False, folder: str = "INBOX") -> None:
        with IMAP4("127.0.0.1", self.port, 5) as client:
            client.login(USER, PASSWORD)
            for mail in mails:
                assert client.append(folder, r"(\Seen)" if seen else "", "", mail)[0] == "OK"

    def make_anew(self, folder: str) -> None:
        with IMAP4("127.0.0.1", self.port, 5) as client:
            client.login(USER, PASSWORD)
            client.delete(folder)
            assert client.create(folder)[0] == "OK"

    def flag(self, number: int, flag: str) -> None:
        with IMAP4("127.0.0.1", self.port, 5) as client:
            client.login(USER, PASSWORD)
            client.select()
            assert client.store(str(number), "+FLAGS", f"({flag})")[0] == "OK"

    def flags(self, folder: str = "INBOX") -> list[bool]:
        """Of every mail, oldest first: whether it is read."""
        with IMAP4("127.0.0.1", self.port, 5) as client:
            client.login(USER, PASSWORD)
            client.select(folder, readonly=True)
            answer: Any = client.fetch("1:*", "(FLAGS)")[1]
            return [rb"\Seen" in one for one in answer if one]


@asynccontextmanager
async def imap_server(encrypted: ssl.SSLContext | None = None) -> AsyncIterator[ImapServer]:
    """`encrypted`: with this certificate, from the first byte."""
    usual = Namespace(host=None, port=0, debug=False, cert=None, key=None, tls=False, passlib_cfg=None, proxy_protocol=None)
    usual.demo_data, usual.demo_user, usual.demo_password = False, USER, PASSWORD
    backend, config = await DictBackend.init(usual, invalid_user_sleep=0.0, hash_context=BuiltinHash(rounds=1))
    config.apply_context()
    connected = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=encrypted)
    try:
        yield ImapServer(server.sockets[0].getsockname()[1], "imaps" if encrypted else "imap")
    finally:
        server.close()
        await asyncio.sleep(0)


__all__ = ["PASSWORD", "ImapServer", "imap_server"]
