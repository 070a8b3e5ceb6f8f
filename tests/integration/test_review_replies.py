"""Answers from a real mailbox (IMAP) and through the webhook: each counts once, whoever dies in between, and bad mail breaks nothing."""

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot import clock
from bot.check import check_all
from bot.connectors.mailbox.imap import ImapMailbox
from bot.connectors.ports import Look, Mail, Spot
from bot.database import Database
from bot.delivery.signature import signature
from bot.errors import SourceFailed
from bot.reviews.answering import Became, take_in
from bot.reviews.answering_mail import AnswersByMail
from bot.reviews.replies import read_mail
from bot.settings import load_settings
from handlers.web.replies import reply_routes
from jobs.reviews import look_after_reviews
from models import Dispatch, Event, OutboxMessage, Participant, Review
from tests.conftest import on_sqlite
from tests.imapserver import ImapServer, imap_server
from tests.integration.crashing import SETTINGS, Crash, Dying
from tests.integration.test_review_crashes import NOW, begin, plan
from tests.replies import PROGRAMS, Said, google, outlook

MINUTE = timedelta(minutes=1)
LETTER = b"From: marta@acme.example\r\nSubject: How are you\r\n\r\nWhere is my invoice.ics?\r\n"
SECRET = "between us"


@pytest.fixture
async def server() -> AsyncIterator[ImapServer]:
    async with imap_server() as running:
        yield running


@pytest.fixture
async def said(database: Database, tmp_path: Path) -> Said:
    """Ada's answer to the invitation to a call on Friday; Bob is invited too."""
    file = tmp_path / "staysail.yml"
    file.write_text(json.dumps(SETTINGS))
    await database.run(begin)
    await database.run(plan, load_settings(file, {}))
    uid = await database.read(lambda session: session.scalars(select(Review.uid)).one())
    return Said(uid=uid, who="ada@acme.example", name="Ada", at=NOW)


def looking(server: ImapServer, database: Database, folder: str = "INBOX") -> AnswersByMail:
    return AnswersByMail(ImapMailbox(server.url, folder), MINUTE, database, lambda: NOW)


def known(session: Session) -> dict[str, Any]:
    people = session.scalars(select(Participant).order_by(Participant.email))
    return {
        "people": {one.email: (one.answer, one.comment) for one in people},
        "events": [one.data["answer"] for one in session.scalars(select(Event).where(Event.name == "review_answered").order_by(Event.id))],
        "told": [one.content["who"] for one in session.scalars(select(Dispatch).where(Dispatch.kind == "review_answer"))],
        "sent": session.scalars(select(OutboxMessage.wanted_version).where(OutboxMessage.subject.like("review:%"))).all(),
    }


@on_sqlite
async def test_answers_are_found_among_other_mail_and_only_they_are_marked(server: ImapServer, database: Database, said: Said) -> None:
    others = said.but(uid="of@somebody.else")
    asked = said.but(method="REQUEST")
    bob = said.but(who="bob@acme.example", name="Bob", answer="DECLINED", comment="Ill")
    forged = bob.but(sender="eve@acme.example", answer="ACCEPTED", at=NOW + MINUTE)
    mails = [LETTER, outlook(said), google(others), outlook(asked), google(bob), outlook(forged), b"\xff\x00" * 50 + b"\r\n"]
    await asyncio.to_thread(server.put, *mails)
    await asyncio.to_thread(server.put, google(said.but(answer="TENTATIVE", at=NOW - MINUTE)), seen=True)
    look = looking(server, database)
    assert await look.run() == {"answers": 2, "answers_ignored": 4}
    found = await database.read(known)
    assert found["people"] == {"ada@acme.example": ("accepted", None), "bob@acme.example": ("declined", "Ill")}
    assert found["events"] == ["accepted", "declined"]
    assert found["told"] == ["Bob"]
    assert await asyncio.to_thread(server.flags) == [False, True, False, False, True, False, False, True]


@on_sqlite
async def test_it_goes_on_where_it_was_and_no_more_often_than_it_should(server: ImapServer, database: Database, said: Said) -> None:
    at = clock.now()
    look = AnswersByMail(ImapMailbox(server.url, "INBOX"), MINUTE, database, lambda: NOW, lambda: at)
    assert await look.run() == {"answers": 0, "answers_ignored": 0}
    await asyncio.to_thread(server.put, outlook(said), seen=True)
    at += timedelta(seconds=40)
    assert await look.run() == {}, "it is not time yet"
    at += timedelta(seconds=19)
    assert await look.run() == {"answers": 1, "answers_ignored": 0}, "somebody had read it already"
    at += MINUTE
    assert await look.run() == {"answers": 0, "answers_ignored": 0}


@on_sqlite
async def test_when_it_is_over_nobody_answers_any_more(database: Database, said: Said) -> None:
    answer, end = read_mail(google(said)), datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert await database.run(take_in, answer, end) is Became.CLOSED
    assert await database.run(take_in, answer, end - timedelta(seconds=1)) is Became.RECORDED


class InMemory:
    """A mailbox that always shows the same mails."""

    def __init__(self, *mails: bytes) -> None:
        self._look = Look([Mail(number, raw) for number, raw in enumerate(mails, 1)], Spot(1, len(mails)), False)

    def look(self, after: Spot | None, since: date) -> Look:
        return self._look

    def mark_read(self, validity: int, numbers: Sequence[int]) -> None:
        pass

    def rehearse(self) -> None:
        pass


class Dropping:
    """A mailbox in which nothing is ever marked: the process died just before."""

    def __init__(self, inner: ImapMailbox) -> None:
        self._inner, self.rehearse = inner, inner.rehearse

    def look(self, after: Spot | None, since: date) -> Look:
        return self._inner.look(after, since)

    def mark_read(self, validity: int, numbers: Sequence[int]) -> None:
        raise Crash


async def test_whoever_dies_in_between_counts_nothing_twice(server: ImapServer, database: Database, said: Said) -> None:
    bob = said.but(who="bob@acme.example", name="Bob", answer="DECLINED", comment="Ill")
    mails = [program(one) for program in PROGRAMS[:2] for one in (said, bob)]
    with Dying(database).listening() as dying:
        for turn in count(1):
            dying.left = turn * 2
            try:
                await AnswersByMail(InMemory(*mails), MINUTE, database, lambda: NOW).run()
            except Crash:
                continue
            break
        dying.left = None
    assert turn > 5, "it died between all the steps"
    calm = await database.read(known)
    assert (calm["events"], calm["told"], len(calm["sent"])) == (["accepted", "declined"], ["Bob"], 1)
    await asyncio.to_thread(server.put, *mails)
    with pytest.raises(Crash):
        await AnswersByMail(Dropping(ImapMailbox(server.url, "INBOX")), MINUTE, database, lambda: NOW).run()
    assert await database.read(known) == calm
    assert await looking(server, database).run() == {"answers": 0, "answers_ignored": 4}
    assert await database.read(known) == calm
    assert await asyncio.to_thread(server.flags) == [True] * 4


# --- the mailbox itself


def imap(server: ImapServer, folder: str = "INBOX") -> ImapMailbox:
    return ImapMailbox(server.url, folder)


async def test_a_long_folder_is_read_in_pieces_and_anew_when_it_was_made_anew(server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.connectors.mailbox.imap.AT_ONCE", 3)
    since = (datetime.now().astimezone() - timedelta(days=7)).date()
    await asyncio.to_thread(server.make_anew, "Answers")
    box = imap(server, "Answers")
    assert await asyncio.to_thread(box.look, None, since) == Look([], None, False)
    await asyncio.to_thread(lambda: server.put(*[LETTER] * 3, google(Said()), folder="Answers"))
    first = await asyncio.to_thread(box.look, None, since)
    assert (first.mails, first.more) == ([], True)
    second = await asyncio.to_thread(box.look, first.spot, since)
    assert ([one.raw for one in second.mails], second.more) == ([google(Said())], False)
    assert (await asyncio.to_thread(box.look, second.spot, since)) == Look([], second.spot, False)
    assert second.spot is not None
    await asyncio.to_thread(server.make_anew, "Answers")
    await asyncio.to_thread(server.put, outlook(Said()), folder="Answers")
    await asyncio.to_thread(box.mark_read, second.spot.validity, range(98, 110))
    assert await asyncio.to_thread(server.flags, "Answers") == [False], "numbers of a folder that is gone mean nothing"
    assert len((await asyncio.to_thread(box.look, second.spot, since)).mails) == 1


async def test_what_people_are_about_to_delete_is_not_deleted_by_us(server: ImapServer) -> None:
    await asyncio.to_thread(server.put, LETTER, google(Said()))
    await asyncio.to_thread(server.flag, 1, r"\Deleted")
    box = imap(server)
    look = await asyncio.to_thread(box.look, None, date(2026, 1, 1))
    assert look.spot is not None
    await asyncio.to_thread(box.mark_read, look.spot.validity, [look.mails[0].number])
    assert await asyncio.to_thread(server.flags) == [False, True]


async def test_what_does_not_open_says_why_and_shows_no_password(server: ImapServer) -> None:
    wrong = {
        server.with_password("a wrong word"): "Invalid authentication credentials",
        server.with_password("špatné slovo"): "Invalid authentication credentials",
        server.url.replace(f":{server.port}", ":1"): "refused",
        server.url.replace("imap:", "imaps:"): "SSL",
    }
    for url, said in wrong.items():
        with pytest.raises(SourceFailed, match=said) as failed:
            await asyncio.to_thread(ImapMailbox(url, "INBOX").rehearse)
        assert "word" not in str(failed.value)
        assert "slovo" not in str(failed.value)
    with pytest.raises(SourceFailed, match=r"mailbox Nowhere at 127\.0\.0\.1: .*does not exist"):
        await asyncio.to_thread(imap(server, "Nowhere").rehearse)
    await asyncio.to_thread(imap(server).rehearse)


@pytest.mark.skipif(not which("openssl"), reason="openssl makes the certificate")
async def test_encrypted_and_only_to_whom_is_trusted(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, ["openssl", "req", "-x509", *kind, *names], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with imap_server(context) as server:
        with pytest.raises(SourceFailed, match="CERTIFICATE_VERIFY_FAILED"):
            await asyncio.to_thread(imap(server).rehearse)
        trust = ssl.create_default_context(cafile=str(certificate))
        await asyncio.to_thread(ImapMailbox(server.url, "INBOX", trust).rehearse)


async def test_check_logs_in(server: ImapServer, tmp_path: Path) -> None:
    async def found(**replies: str) -> list[str]:
        crm = {"url": "sqlite://", "accounts": "SELECT 'a1' AS id, 'Acme' AS name"}
        settings = {"channels": {"alerts": "#cs-alerts"}, "crm": crm, "meetings": {"replies": replies}, "enable": []}
        (tmp_path / "staysail.yml").write_text(json.dumps(settings))
        findings = await check_all(tmp_path / "staysail.yml", {"DATABASE_URL": f"sqlite:///{tmp_path}/staysail.db"})
        return [one.problem for one in findings if "meetings" in one.place or "mailbox" in one.problem or "replies" in one.problem]

    assert await found(url=server.url) == []
    assert await found(address="answers@ours.example") == []
    assert await found(url=server.url, folder="Nowhere") == ["mailbox Nowhere at 127.0.0.1: [NONEXISTENT] Mailbox does not exist."]
    assert len(await found(url=server.with_password("secret"))) == 1
    assert await found() == ["`replies`: found neither url nor address"]
    (problem,) = await found(url="pop3://a:secret@b.example")
    assert "found no address of a mailbox" in problem
    assert "secret" not in problem


@on_sqlite
async def test_a_mailbox_that_fails_stops_nothing_else(database: Database) -> None:
    async def another() -> dict[str, int]:
        done.append("another")
        return {}

    done: list[str] = []
    away = AnswersByMail(ImapMailbox("imap://127.0.0.1:1", "INBOX"), MINUTE, database, lambda: NOW)
    with pytest.raises(SourceFailed, match="mailbox INBOX at 127"):
        await look_after_reviews([away.run, another])
    assert done == ["another"]


# --- the webhook


@on_sqlite
def test_whatever_is_handed_on_has_an_answer(database: Database, tmp_path: Path) -> None:
    """Signed, but anything: no failure of ours."""
    asyncio.run(database.run(begin))
    app = Starlette(routes=reply_routes(database, SECRET, lambda: NOW, lambda: None))
    kinds = st.sampled_from(["message/rfc822", "text/calendar; charset=utf-8", "", "text/plain", "\xe9"])
    whole = st.sampled_from([program(Said()) for program in PROGRAMS])

    async def call(raw: bytes, kind: str, signed: str) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        headers = {b"Content-Type": kind.encode("latin-1"), b"Staysail-Signature": signed.encode("latin-1")}
        async with httpx.AsyncClient(transport=transport, base_url="http://ours") as client:
            return await client.post("/calendar/replies", content=raw, headers=headers)

    @tried(max_examples=40, deadline=None)
    @given(raw=st.binary(max_size=300) | whole | st.tuples(whole, st.integers(0, 2000)).map(lambda cut: cut[0][: cut[1]]), kind=kinds)
    def hand_on(raw: bytes, kind: str) -> None:
        answer = asyncio.run(call(raw, kind, signature(SECRET, int(clock.now().timestamp()), raw)))
        assert answer.status_code in (200, 400)
        assert answer.json()["ok"] is (answer.status_code == 200)

    hand_on()
    for header in ("", "t=²,v1=x", "t=1,v1=\xe9", f"t={int(clock.now().timestamp())},v1=\xe9", "t=" + "9" * 5000 + ",v1=x", ",,,==="):
        assert asyncio.run(call(b"", "text/calendar", header)).status_code == 401
