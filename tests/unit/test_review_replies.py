"""Answers to invitations as they come in: from every mail program, from people, and from whoever means no good."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.reviews.replies import Answer, NoAnswer, Unreadable, Untrusted, read_calendar, read_mail
from tests.replies import PROGRAMS, Program, Said, apple, bare, google, outlook, thunderbird

SAID = Said(comment="Ráda, ale až po třech")
AT = SAID.at
LEE = "lee@acme.example"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"])
def test_every_program_is_understood(program: Program, answer: str) -> None:
    found = read_mail(program(SAID.but(answer=answer, sequence=3)))
    assert found == Answer("abc@ours.example", 3, "marta@acme.example", answer.lower(), AT, "Ráda, ale až po třech")


@pytest.mark.parametrize("program", PROGRAMS)
def test_without_words_and_without_a_sequence(program: Program) -> None:
    found = read_mail(program(Said(sequence=None)))
    assert (found.sequence, found.comment) == (0, "")


@pytest.mark.parametrize("program", PROGRAMS)
def test_somebody_proposes_another_time(program: Program) -> None:
    begins = "DTSTART:20261201T150000Z"
    found = read_mail(program(SAID.but(method="COUNTER", answer="TENTATIVE", begins=begins)))
    clock = 14 if program is outlook else 15  # Outlook writes 15:00 in Prague
    assert (found.countered, found.answer, found.proposed) == (True, "tentative", datetime(2026, 12, 1, clock, tzinfo=UTC))


def test_a_proposed_time_in_a_zone_that_nobody_knows_is_only_another_time() -> None:
    begins = "DTSTART;TZID=Customized Time Zone:20261201T150000"
    found = read_mail(google(SAID.but(method="COUNTER", begins=begins)))
    assert (found.countered, found.proposed) == (True, None)


@pytest.mark.parametrize("program", PROGRAMS)
def test_somebody_sends_somebody_else(program: Program) -> None:
    found = read_mail(program(SAID.but(answer="DELEGATED", extra=f';DELEGATED-TO="mailto:{LEE.upper()}"')))
    assert (found.answer, found.delegate, found.attendee) == ("delegated", LEE, "marta@acme.example")


@pytest.mark.parametrize("program", PROGRAMS)
def test_only_the_person_is_believed_or_their_deputy_in_the_same_house(program: Program) -> None:
    assert read_mail(program(SAID.but(sender="Marta@ACME.example"))).attendee == "marta@acme.example"
    deputy = SAID.but(sender=LEE, extra=f';SENT-BY="MAILTO:{LEE}"')
    assert read_mail(program(deputy)).attendee == "marta@acme.example"
    for forged in (
        SAID.but(sender=LEE),
        SAID.but(sender="lee@evil.example", extra=';SENT-BY="mailto:lee@evil.example"'),
        SAID.but(sender=LEE, extra=';SENT-BY="mailto:other@acme.example"'),
    ):
        with pytest.raises(Untrusted):
            read_mail(program(forged))


@pytest.mark.parametrize(
    "sender",
    [
        b"From: marta@acme.example, evil@x.example\r\n",
        b"From: evil@x.example\r\nFrom: marta@acme.example\r\n",
        b'From: "marta@acme.example" <evil@x.example>\r\n',
        b"From: marta@acme.example <evil@x.example>\r\n",
        b"From: \r\n",
        b"",
    ],
)
def test_a_sender_in_disguise_is_not_believed(sender: bytes) -> None:
    with pytest.raises(Untrusted):
        read_mail(re.sub(rb"From: .*?\r\n", sender, thunderbird(SAID), count=1))


def test_of_several_who_are_named_the_sender_answers() -> None:
    other = b"ATTENDEE;PARTSTAT=DECLINED:mailto:jon@acme.example\nATTENDEE"
    crowded = thunderbird(SAID).replace(b"ATTENDEE", other, 1)
    assert (read_mail(crowded).attendee, read_mail(crowded).answer) == ("marta@acme.example", "accepted")
    with pytest.raises(NoAnswer, match="several attendees"):
        read_calendar(bare(SAID).replace(b"ATTENDEE", other, 1))
    assert read_calendar(bare(SAID.but(sender="anybody@x.example"))).answer == "accepted", "whoever hands it on vouches for it"


@pytest.mark.parametrize("program", [outlook, google])
def test_what_is_no_answer_is_none(program: Program) -> None:
    for method in ("REQUEST", "CANCEL", "PUBLISH"):
        with pytest.raises(NoAnswer, match=f"METHOD is {method}"):
            read_mail(program(SAID.but(method=method)))
    with pytest.raises(NoAnswer, match="no calendar"):
        read_mail(b"From: marta@acme.example\r\nSubject: I will come\r\n\r\nSee you\r\n")
    with pytest.raises(NoAnswer, match="no calendar"):
        read_mail(b"From: marta@acme.example\r\nContent-Type: message/rfc822\r\n\r\n" + program(SAID))
    with pytest.raises(Unreadable):
        read_calendar(b"Hello")


def test_the_name_of_a_file_of_ours_is_no_calendar(tmp_path: Path) -> None:
    file = tmp_path / "answer.ics"
    file.write_bytes(bare(SAID))
    for read in (read_calendar, lambda body: read_mail(SAID.head.encode() + b"Content-Type: text/calendar\r\n\r\n" + body)):
        assert read(bare(SAID)).answer == "accepted"
        with pytest.raises(Unreadable):
            read(str(file).encode())


def test_of_two_parts_one_that_can_be_read_is_enough() -> None:
    broken = google(SAID).replace(b"BEGIN:VCALENDAR", b"BEGIN:NOTHING", 1)
    assert read_mail(broken).answer == "accepted"


@pytest.mark.parametrize("charset", ["us-ascii", "utf-8", "no-such-thing", "iso-8859-1"])
def test_a_charset_that_is_wrong_or_missing_loses_no_answer(charset: str) -> None:
    mail = thunderbird(SAID).replace(b"text/calendar;", f"text/calendar; charset={charset};".encode())
    mail = mail.replace("až".encode(), "á".encode("latin-1")) if charset == "no-such-thing" else mail
    assert read_mail(mail).comment.startswith("Ráda" if charset != "iso-8859-1" else "RÃ¡da") or charset == "no-such-thing"
    assert read_mail(mail).answer == "accepted"


def test_what_people_write_is_kept_as_they_wrote_it_but_harmless() -> None:
    found = read_calendar(bare(SAID.but(comment="One\\, two\\n\\nthree \u202e\x07 <!channel>")))
    assert found.comment == "One, two\nthree   <!channel>"
    assert len(read_calendar(bare(SAID.but(comment="x" * 5000))).comment) == 1000
    assert "\x00" not in read_calendar(bare(SAID.but(uid="a\x00b@ours.example"))).uid


def test_odd_figures_are_taken_for_the_nearest_sense() -> None:
    assert read_calendar(bare(SAID).replace(b"SEQUENCE:0", b"SEQUENCE:-4")).sequence == 0
    assert read_calendar(bare(SAID).replace(b"SEQUENCE:0", b"SEQUENCE:" + b"9" * 5000)).sequence == 0
    assert read_calendar(bare(SAID.but(answer="X-PERHAPS"))).answer == "needs-action"
    assert read_calendar(bare(SAID).replace(b"DTSTAMP:", b"X-NO:")).at is None
    assert read_calendar(bare(SAID).replace(b"DTSTAMP:20261118T090000Z", b"DTSTAMP:20261118")).at is None
    assert read_calendar(bare(SAID).replace(b"DTSTAMP:2026", b"DTSTAMP: 2026")).at is None


MARKS = [b"\r\n", b"\r\n ", b";", b'"', b"\\", b"BEGIN:VEVENT\r\n"]
WHOLE = [program(SAID.but(sequence=2)) for program in PROGRAMS]


@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=400))
@example(raw=b"From: " + b"(" * 3000 + b"\r\nContent-Type: text/calendar\r\n\r\n" + bare(SAID))
@example(raw=b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1100)))
def test_any_bytes_are_an_answer_or_are_refused(raw: bytes) -> None:
    for read in (read_mail, read_calendar):
        try:
            assert isinstance(read(raw), Answer)
        except (NoAnswer, Unreadable) as error:
            str(error).encode()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_real_mail_with_a_few_bytes_changed_is_an_answer_or_is_refused(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        at, length = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 20))
        raw[at : at + length] = data.draw(st.binary(max_size=20) | st.sampled_from(MARKS))
    try:
        found = read_mail(bytes(raw))
    except (NoAnswer, Unreadable) as error:
        str(error).encode()
    else:
        assert found.answer in {"accepted", "declined", "tentative", "delegated", "needs-action"}
        assert found.attendee == found.attendee.lower()
        (found.uid + found.comment).encode()


def test_an_apple_principal_without_an_address_is_nobody() -> None:
    mail = apple(SAID).replace(b"EMAIL=", b"X-MAIL=").replace(b"EMAIL=3D", b"X-MAIL=3D")
    with pytest.raises(Untrusted):
        read_mail(mail)
