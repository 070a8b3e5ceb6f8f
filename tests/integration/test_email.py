"""Letters over SMTP, against a real server."""

import asyncio
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import clock
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.dispatches import Post
from bot.delivery.limits import Limits
from bot.delivery.mail import Letter, mailbox, message_of
from bot.delivery.schemes import MAIL
from bot.delivery.senders.email import SmtpSender, SmtpServer
from bot.errors import NotSent, Undeliverable
from models import Contact, OutboxMessage, Touch
from tests.conftest import on_sqlite
from tests.factories import until
from tests.mailserver import mail_server
from tests.post import (
    LINKS,
    NOW,
    SENDER,
    change,
    company,
    contact_of,
    events_of,
    letter,
    mail_worker,
    one_letter,
    row_of,
    touches_of,
    traces_of,
    worker_of,
)

HOSTILE = [
    "Eve\r\nBcc: all@victims.example",
    "Eve\nSubject: You won\n\nHello",
    "=?utf-8?q?Eve=0D=0ABcc:_all@victims.example?=",
    '<script>alert("1")</script>',
    "N" * 300,
    "Ева \u202egnol.exe\u2066 שלום",
    '"Eve" <eve@evil.example>, Bob',
    "\x00\x07Eve\u2028X-Evil: 1",
]
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
}


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("database_url", "language"), [("sqlite", "en"), ("sqlite", "cs"), ("sqlite", "ru"), ("postgresql", "en")], indirect=["database_url"]
)
async def test_what_arrives_is_what_was_written(database: Database, language: str) -> None:
    async with mail_server() as mail:
        number = await one_letter(database, language=language)
        report = await mail_worker(database, mail.url).deliver()
    row = await row_of(database, number)
    (got,) = mail.letters
    unsubscribe = LINKS.unsubscribe(number)
    assert (report.posted, report.failed, report.waiting) == (1, 0, 0)
    assert got["Subject"] == {"en": "Welcome, Acme", "cs": "Vítejte: Acme", "ru": "Добро пожаловать, Acme"}[language]
    assert got["To"].addresses == (Address("Jana Nováková", addr_spec="jana@acme.example"),)
    assert str(got["From"]) == SENDER
    assert got["Reply-To"] == "ann@ours.example"
    assert got["Message-ID"] == f"<{row.id}@ours.example>"
    assert got["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Auto-Submitted"] == "auto-generated"
    assert {name for name, _ in got.items()} == HEADERS
    assert unsubscribe in part(got, "plain")
    assert unsubscribe in part(got, "html")
    assert "unsubscribe.invalid" not in mail.raw[0].decode()
    assert part(got, "plain").startswith({"en": "Hello Jana,", "cs": "Dobrý den,", "ru": "Здравствуйте, Jana!"}[language])
    assert row.ts == got["Message-ID"]


@on_sqlite
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_reach_no_header_and_no_html(database: Database, name: str) -> None:
    async with mail_server() as mail:
        await one_letter(database, name=name)
        await mail_worker(database, mail.url).deliver()
    (got,) = mail.letters
    assert mail.recipients == ["jana@acme.example"]
    assert {header for header, _ in got.items()} == HEADERS
    assert [address.addr_spec for address in got["To"].addresses] == ["jana@acme.example"]
    assert "<script" not in part(got, "html")
    assert not got.defects
    assert not got["To"].defects
    assert max(len(line) for line in mail.raw[0].split(b"\r\n")) < 998


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_in_subject_and_sender(name: str) -> None:
    written = Letter(to_name=name, subject=name, text="x", html="<p>x</p>", reply_to="ann@ours.example", unsubscribe="https://u.example/1")
    raw = message_of(written, mailbox(SENDER), mailbox("a@b.example", name), "id1", NOW).as_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0].decode()
    names = {line.split(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))}
    assert names == HEADERS


def test_a_long_link_to_unsubscribe_stays_one_word() -> None:
    url = "https://" + "long." * 30 + "example/u/MQ.abc"
    raw = message_of(Letter("A", "S", "x", "x", unsubscribe=url), mailbox(SENDER), mailbox("a@b.example", "A"), "id1", NOW).as_bytes()
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c.example", "jáň@acme.example", "a@žluť.example", "a b@c.example", "a@"])
def test_what_is_no_address_is_told_so(address: str) -> None:
    with pytest.raises(Undeliverable, match=r"no e-mail address|international"):
        mailbox(address, "A")


@on_sqlite
async def test_essential_letters_reach_those_who_unsubscribed_and_others_do_not(database: Database) -> None:
    async with mail_server() as mail:
        number = await one_letter(database)
        essential = await database.run(lambda session: letter(session, session.get_one(Contact, "c1"), "trial-ending"))
        await change(database, Contact, unsubscribed_at=NOW)  # after it was decided, before it leaves
        report = await mail_worker(database, mail.url).deliver()
    (got,) = mail.letters
    assert got["List-Unsubscribe"] is None
    assert "nsubscribe" not in part(got, "plain") + part(got, "html")
    assert got["Subject"] == "Your trial ends soon"
    held = await row_of(database, number)
    assert (held.problem, held.dead_at, held.shown_at) == ("not sent: the contact unsubscribed", None, None)
    assert (await row_of(database, essential)).shown_at
    assert (report.failed, report.waiting) == (0, 0)
    assert await traces_of(database) == ["withheld"]
    assert await touches_of(database) == 1


@on_sqlite
async def test_without_a_public_address_one_unsubscribes_by_mail(database: Database) -> None:
    async with mail_server() as mail:
        await one_letter(database)
        await mail_worker(database, mail.url, Post(SENDER, None)).deliver()
    (got,) = mail.letters
    assert got["List-Unsubscribe"] == "<mailto:cs@ours.example?subject=unsubscribe>"
    assert got["List-Unsubscribe-Post"] is None
    assert 'href="mailto:cs@ours.example?subject=unsubscribe"' in part(got, "html")


@on_sqlite
async def test_links_are_counted_only_if_that_is_switched_on(database: Database) -> None:
    async with mail_server() as mail:
        number = await one_letter(database)
        await mail_worker(database, mail.url, Post(SENDER, LINKS, tracking=True)).deliver()
    html = part(mail.letters[0], "html")
    assert LINKS.click(number, 0) in html
    assert LINKS.click(number, 1) in html
    assert LINKS.click(number, 2) not in html
    assert LINKS.unsubscribe(number) in html
    assert "app.ours.example" not in html
    assert "https://app.ours.example/?a=1&b=2" in part(mail.letters[0], "plain")


@on_sqlite
async def test_a_refusal_for_now_is_tried_again(database: Database) -> None:
    async with mail_server(replies=["450 4.2.0 Greylisted"], verdicts=["451 4.3.0 Busy"]) as mail:
        number = await one_letter(database)
        sender = SmtpSender(SmtpServer.read(mail.url), SENDER)
        worker = worker_of(database, {MAIL: sender})
        for problem in ("450 4.2.0 Greylisted", "451 4.3.0 Busy"):
            await until(worker._round, "a round")
            await until(lambda: is_settled(database, number), "settled")
            row = await row_of(database, number)
            assert problem in (row.problem or "")
            assert (row.dead_at, row.uncertain) == (None, False)
            await change(database, OutboxMessage, retry_at=None)
        await worker.deliver()
    assert len(mail.letters) == 1
    assert (await contact_of(database)).bounced_at is None


async def is_settled(database: Database, number: int) -> bool:
    return (await row_of(database, number)).claimed_by is None


REFUSALS = [
    ("550 5.1.1 No such user", True),
    ("550 no such user here", True),
    ("552 5.2.2 Mailbox full", True),
    ("550 5.7.1 Blocked: your address is on a list", False),
    ("554 no thanks", False),
    ("553 5.1.8 Bad sender", False),
]


@pytest.mark.parametrize(
    ("database_url", "answer", "bounces"),
    [("sqlite", *refusal) for refusal in REFUSALS] + [("postgresql", *REFUSALS[0])],
    indirect=["database_url"],
)
async def test_a_refusal_for_good_is_a_dead_letter_and_marks_the_contact_if_it_is_theirs(
    database: Database, answer: str, bounces: bool
) -> None:
    async with mail_server(replies=[answer]) as mail:
        number = await one_letter(database)
        await database.run(
            lambda session: session.add(Contact(id="c2", account_id="a1", name="J", email="JANA@acme.example", polled_at=NOW))
        )
        report = await mail_worker(database, mail.url).deliver()
        await database.run(outbox.probe_dead)
        again = await mail_worker(database, mail.url).deliver()
    row, contact = await row_of(database, number), await contact_of(database)
    assert (report.failed, report.waiting, again.failed) == (1, 0, 0)
    assert row.dead_at
    assert answer in (row.problem or "")
    assert mail.letters == []
    assert bool(contact.bounced_at) == bool((await contact_of(database, "c2")).bounced_at) == bounces
    assert await events_of(database) == ([("bounced", f"bounced:{number}")] if bounces else [])
    assert await traces_of(database) == (["bounced"] if bounces else [])
    if bounces:
        assert answer in (contact.bounce or "")
        await database.run(outbox.resend, row.id)
        async with mail_server() as mail:
            await mail_worker(database, mail.url).deliver()
        assert mail.letters == []


@on_sqlite
async def test_a_line_that_breaks_after_the_letter_never_sends_it_twice(database: Database) -> None:
    async with mail_server(drop=True) as mail:
        number = await one_letter(database)
        first = await mail_worker(database, mail.url).deliver()
        mail.drop = False
        for _ in range(3):
            await database.run(outbox.probe_dead)
            await mail_worker(database, mail.url).deliver()
        row = await row_of(database, number)
        assert (first.failed, first.waiting) == (1, 0)
        assert len(mail.letters) == 1
        assert row.dead_at
        assert "it may have been sent" in (row.problem or "")
        assert (await contact_of(database)).bounced_at is None
        assert await database.run(outbox.resend, row.id)  # a person decides otherwise
        await mail_worker(database, mail.url).deliver()
    assert len(mail.letters) == 2
    assert {got["Message-ID"] for got in mail.letters} == {f"<{row.id}@ours.example>"}
    assert (await row_of(database, number)).dead_at is None


async def test_a_process_that_dies_while_sending_leaves_a_dead_letter(database: Database) -> None:
    number = await one_letter(database)
    row = await row_of(database, number)
    long_ago = NOW - timedelta(days=300)
    await database.run(outbox.claim, [row.id], "a process that is gone", long_ago)
    async with mail_server() as mail:
        report = await mail_worker(database, mail.url).deliver()
    assert mail.letters == []
    assert (report.posted, report.failed, report.waiting) == (0, 1, 0)
    assert "it may have been sent" in ((await row_of(database, number)).problem or "")


@on_sqlite
async def test_what_became_of_a_letter_is_told_by_whoever_has_it_alone(database: Database) -> None:
    hold = asyncio.Event()
    async with mail_server(hold=hold, verdicts=["550 5.1.1 No such user"]) as mail:
        number = await one_letter(database)
        delivering = asyncio.ensure_future(mail_worker(database, mail.url).deliver())
        await until(lambda: mail.connections, "the letter is on its way")
        await change(database, OutboxMessage, claimed_by="another process", claimed_until=clock.now() + timedelta(days=1))
        hold.set()
        await delivering
    row = await row_of(database, number)
    assert (row.claimed_by, row.dead_at) == ("another process", None)
    assert (await traces_of(database), await touches_of(database)) == ([], 1)


async def test_what_changes_during_the_last_attempt_is_not_given_up_with_it(database: Database) -> None:
    number = await one_letter(database)
    row = await row_of(database, number)
    for version, given_up in ((2, False), (None, True)):
        now = clock.now()
        await database.run(outbox.claim, [row.id], "mine", now)
        if version:
            await database.run(outbox.refresh, row.subject, version)
        in_vain = outbox.Failed(row.id, "nobody answers", uncertain=False, retry_at=None)
        assert await database.run(outbox.settle_failed, in_vain, "mine", now) == given_up
        assert bool((await row_of(database, number)).dead_at) == given_up


async def test_a_failure_to_tell_what_became_of_a_letter_undoes_nothing_else(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(session: Session, number: int, what: str, why: str) -> None:
        session.execute(delete(Touch))
        raise ValueError("the letter that tells it is broken")

    monkeypatch.setattr("tests.post.dispatch_aftermath", lambda now: fail)
    number = await one_letter(database)
    async with mail_server(replies=["550 5.1.1 No such user"]) as mail:
        await mail_worker(database, mail.url).deliver()
    assert "No such user" in ((await row_of(database, number)).problem or "")
    assert await touches_of(database) == 1


@on_sqlite
async def test_a_worker_that_is_stopped_waits_for_the_letters_under_way(database: Database) -> None:
    hold = asyncio.Event()
    async with mail_server(hold=hold) as mail:
        number = await one_letter(database)
        serving = asyncio.ensure_future(mail_worker(database, mail.url).run())
        await until(lambda: mail.raw, "the letter is on its way")
        serving.cancel()
        asyncio.get_running_loop().call_later(0.05, hold.set)
        with pytest.raises(asyncio.CancelledError):
            await serving
    row = await row_of(database, number)
    assert (row.shown_version, row.uncertain, row.dead_at) == (1, False, None)


@on_sqlite
async def test_many_letters_share_few_connections(database: Database) -> None:
    def many(session: object) -> None:
        contact = company(session)  # type: ignore[arg-type]
        for _ in range(20):
            letter(session, contact)  # type: ignore[arg-type]

    async with mail_server() as mail:
        await database.run(many)
        report = await mail_worker(database, mail.url).deliver()
    assert report.posted == len(mail.letters) == 20
    assert mail.connections <= SmtpSender.terms.at_once
    assert len({got["Message-ID"] for got in mail.letters}) == 20


async def test_a_connection_that_died_while_idle_is_opened_again() -> None:
    async with mail_server() as mail:
        sender = SmtpSender(SmtpServer.read(mail.url), SENDER)
        written = Letter("A", "S", "x", "x")
        await sender.post("mailto:a@b.example", written, "id1")
        ((client, _),) = sender._idle
        assert client.transport is not None
        client.transport.abort()
        await sender.post("mailto:a@b.example", written, "id2")
        await sender.close()
    assert [got["Message-ID"] for got in mail.letters] == ["<id1@ours.example>", "<id2@ours.example>"]
    assert mail.connections == 2


async def test_a_server_that_is_down_surely_sent_nothing() -> None:
    async with mail_server() as mail:
        url = mail.url
    with pytest.raises(NotSent, match="cannot be reached"):
        await SmtpSender(SmtpServer.read(url), SENDER).post("mailto:a@b.example", Letter("A", "S", "x", "x"), "id1")


async def test_a_password_is_told_and_a_wrong_one_explained() -> None:
    async with mail_server() as mail:
        right = SmtpSender(SmtpServer.read(mail.url.replace("//", "//ann%40ours:right%20word@")), SENDER)
        await right.post("mailto:a@b.example", Letter("A", "S", "x", "x"), "id1")
        await right.close()
        wrong = SmtpSender(SmtpServer.read(mail.url.replace("//", "//ann:wrong@")), SENDER)
        with pytest.raises(NotSent, match=r"correct email\.url"):
            await wrong.post("mailto:a@b.example", Letter("A", "S", "x", "x"), "id1")
    assert set(mail.users) == {"ann@ours:right word", "ann:wrong"}
    assert len(mail.letters) == 1


async def test_encryption_that_is_required_and_not_offered() -> None:
    async with mail_server() as mail:
        sender = SmtpSender(SmtpServer.read(f"{mail.url}?tls=required"), SENDER)
        with pytest.raises(NotSent):
            await sender.post("mailto:a@b.example", Letter("A", "S", "x", "x"), "id1")
    assert mail.letters == []


def test_forms_of_the_address_of_a_server() -> None:
    assert SmtpServer.read("smtp://mail.example") == SmtpServer("mail.example", 25, None, None, use_tls=False, start_tls=None)
    assert SmtpServer.read("smtps://u:p%2F@mail.example") == SmtpServer("mail.example", 465, "u", "p/", use_tls=True, start_tls=None)
    assert SmtpServer.read("smtp://mail.example:2525?tls=required").start_tls is True
    assert SmtpServer.read("smtp://u:p@mail.example").start_tls is True  # a password never goes in clear
    assert SmtpServer.read("smtp://u:p@127.0.0.1:1025").start_tls is None


async def test_slack_and_mail_do_not_slow_each_other() -> None:
    limits = Limits(1, {MAIL: 2})
    assert await limits.take("#a", posted=False)
    assert not await limits.take("#a", posted=False)
    assert [await limits.take(f"mailto:{name}@x.example", posted=False) for name in "abc"] == [True, True, False]
    limits.pause("#a", posted=False, seconds=60)
    assert not await limits.take("#b", posted=False)
    assert await limits.take("https://x.example/hook", posted=False)
    limits.pause("https://x.example/hook", posted=False, seconds=60)
    assert not await limits.take("https://x.example/hook", posted=False)
    assert await limits.take("https://y.example/hook", posted=False)


@on_sqlite
async def test_mail_without_a_server_is_a_dead_letter_with_its_cure(database: Database) -> None:
    number = await one_letter(database)
    await worker_of(database, {}).deliver()
    row = await row_of(database, number)
    assert row.dead_at
    assert "add the section `email`" in (row.problem or "")
