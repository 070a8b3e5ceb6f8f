"""The form for a letter, its preview, and what its writer is told."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.messages.catalog.example_cast import ANNA, DROP, HOSTILE, NORTHWIND, NOW, hours
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.writing import (
    Barred,
    Fullness,
    Language,
    LastLetter,
    LetterChoice,
    LetterUnsentNotice,
    LetterWaitingNotice,
    Recipient,
    WriteModal,
    WritePreviewModal,
)

BODY = """Hello Marta,

We have noticed that fewer of your colleagues have been using our product lately than before.

Best regards,
Anna Lind"""
FOOTER = "\n\n-- \nYou receive this letter because you are a contact of Northwind Traders with us.\nUnsubscribe: (a link of their own)"
MARTA, LEE = Recipient("c1", "Marta Silva", "Head of Operations"), Recipient("c2", "Lee Wong")
EVIL = Recipient("c9", '<!channel> & "Co" \u202e' + "x" * 200, "*<@U1>*")
WRITE = WriteModal(
    account=NORTHWIND,
    cause=DROP,
    metadata="{}",
    recipients=(MARTA, LEE),
    contact="c1",
    fitting=(
        LetterChoice("usage-check-in", "Asks what has changed when fewer people use the product"),
        LetterChoice("feature-help", "Offers help"),
    ),
    others=(LetterChoice("welcome", "A warm beginning for the administrator of a new customer"),),
    letter="usage-check-in",
    languages=(Language("cs", "Czech"), Language("en", "English")),
    language="en",
    subject="Is everything all right at Northwind Traders?",
    body=BODY,
    reply_to="anna@ours.example",
    morning=datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Europe/Lisbon")),
    now=NOW,
)
NOT_OFFERED = (Barred("Jon <admin>", "opted out in the CRM"), Barred("Eva", "mail to them bounced"))
WEEK = timedelta(days=7)
KEPT = replace(
    WRITE,
    contact="c2",
    turn=3,
    barred=NOT_OFFERED,
    full=(Fullness("Lee Wong", 3, 3, WEEK), Fullness("", 7, 6, WEEK)),
    last=LastLetter(ANNA, "Your plan", NOW - timedelta(minutes=5)),
    kept_from="Marta Silva",
    later=True,
)
PREVIEW = WritePreviewModal(
    sender="Anna Lind <cs@ours.example>",
    to="Marta Silva <marta@northwind.example>",
    reply_to="anna@ours.example",
    subject=WRITE.subject,
    text=BODY + FOOTER,
)

WRITING_MODALS: dict[str, Modal] = {
    "write": WRITE,
    "write-kept-text": KEPT,
    "write-somebody-was-faster": replace(KEPT, faster=True, full=()),
    "write-sent-in-haste": replace(WRITE, hasty=True),
    "write-waiting-letter": replace(WRITE, last=LastLetter(None, "First steps", NOW + hours(20)), problem="letters/x.j2:1: no links.app"),
    "write-blank-without-an-alert": replace(
        WRITE, cause=None, fitting=(), others=(), letter=WriteModal.BLANK, subject="", body="", reply_to="", cut=True
    ),
    "write-to-very-many": replace(
        WRITE,
        account=HOSTILE,
        recipients=(EVIL, *(replace(EVIL, id=f"c{number}") for number in range(10, 109))),
        contact="c9",
        unlisted=3400,
        barred=tuple(Barred(EVIL.name, "unsubscribed") for _ in range(300)),
        fitting=tuple(LetterChoice(f"letter-{number}", "y" * 200) for number in range(120)),
        letter="letter-7",
        subject="s" * 200,
        body="<!channel> & *b*\n" * 170,
    ),
    "write-preview": PREVIEW,
    "write-preview-hostile": replace(
        PREVIEW,
        to=f"{EVIL.name} <a@b.example>",
        reply_to="",
        subject="<!channel> *x* " * 20,
        text="<!channel> <@U1> & *b* `c`\n" * 130,
        at=NOW + hours(20),
    ),
}
WAITING = LetterWaitingNotice(
    letter_id=7, account=NORTHWIND, to="Marta Silva", subject="A question", text="Hello Marta,\n\nis it better now?", leaves=NOW + hours(20)
)
WRITING_EXAMPLES: dict[str, Message] = {
    "letter-waiting": WAITING,
    "letter-waiting-withdrawn": replace(WAITING, waits=False, withdrawn_by=ANNA, withdrawn_at=NOW),
    "letter-waiting-no-more": replace(WAITING, waits=False),
    "letter-waiting-hostile": replace(
        WAITING, account=HOSTILE, to=EVIL.name, subject="<!channel> " * 30, text="<@U1> `x`\n" * 300, withdrawn_by=ANNA, withdrawn_at=NOW
    ),
    "letter-unsent": LetterUnsentNotice(account=NORTHWIND, to="Marta Silva", subject="A question", why="the contact unsubscribed"),
    "letter-unsent-hostile": LetterUnsentNotice(account=HOSTILE, to=EVIL.name, subject="<!channel> " * 30, why="<@U1> `x` " * 80),
}
