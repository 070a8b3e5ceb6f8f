"""What the sample company's people answered before the demo began: a year of it, so that reports have something to say.

Everything comes from the accounts' stories and a seed: it is the same at every start of the same day. Nothing of it is sent, no event is
told and no alert is open.

The invitations count for throttles as any others do. So that questions can leave while somebody watches, the people of the CSMs in
`WATCHED` were asked about the relationship once in the last year, at least `RESTED` days ago, and about anything else more than a
month ago; the others' people may have been asked lately, and are held back then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.bulk import add_all
from bot.clock import day_of
from bot.demo_voices import HALF, Comment, comment_of, comments, score_of
from bot.feedback.groups import groups_of_all
from bot.sandbox.company import CAST
from bot.sandbox.company.story import stories
from bot.settings import Settings
from bot.surveys.library import load_surveys
from bot.surveys.shelf import keep
from bot.surveys.survey import SCALES, Band, Survey, band_of
from models import Account, Answer, Contact, Invitation, Response, Theme, ThemeMark

SEED: Final = "answers"
NPS, CSAT = "nps", "csat-onboarding"
WATCHED: Final = frozenset({"jana@ours.example", "oliver@ours.example"})
RESTED, RECENT, YEAR = 95, 26, 360
"""Days: how long ago the watched were asked at least, and the others; and how long ago anybody was at most."""
ANSWERING, MARKED_AFTER = 0.62, 31
"""How many answer, and how many days later somebody has said what it is about."""
AGREED: Final = (
    "A call every second Tuesday until the export runs",
    "We train the new team, and look at the numbers together in a month",
    "Product tells them by mail when the fix is out",
    "A review before the renewal, with both finance people",
)


@dataclass(frozen=True)
class Asked:
    """Somebody who was asked, so many days ago."""

    survey: Survey
    contact: Contact
    account: Account
    ago: int
    shape: str


def add_answers(session: Session, settings: Settings, now: datetime) -> int:
    """How many answers there are now. Adds none where anything was asked or answered before."""
    if session.scalar(select(exists().select_from(Invitation))):
        return 0
    surveys, _ = keep(session, load_surveys(settings.survey_folder), now)
    past = Past(settings.zone, now, groups_of_all(session, settings, now), _themes(session, now))
    for asked in _everybody(session, surveys, day_of(now, settings.zone)):
        past.ask(asked)
    past.write(session)
    return len(past.responses)


def _themes(session: Session, now: datetime) -> dict[str, int]:
    """By name, as a manager once made them."""
    names = dict.fromkeys(comment.theme for comment in comments() if comment.theme)
    lead = next(person.id for person in CAST if person.email == "lead@ours.example")
    rows = [Theme(name=name, created_at=now - timedelta(days=YEAR), created_by=lead) for name in names]
    session.add_all(rows)
    session.flush()
    return {row.name: row.id for row in rows}


def _everybody(session: Session, surveys: Mapping[str, Survey], today: date) -> Iterator[Asked]:
    """Who was asked what, and when."""
    told = {story.id: story for story in stories()}
    joined = select(Contact, Account).join(Account, Account.id == Contact.account_id).order_by(Contact.id)
    for contact, account in session.execute(joined):
        shape = told[account.id].shape if account.id in told else "steady"
        for survey, ago in _times(contact, account):
            day = today - timedelta(days=ago)
            begun = account.started_on is None or account.started_on + timedelta(days=45) <= day
            there = account.churned_on is None or day < account.churned_on
            if survey in surveys and begun and there:
                yield Asked(surveys[survey], contact, account, ago, shape)


def _times(contact: Contact, account: Account) -> Iterable[tuple[str, int]]:
    """Days ago."""
    random, watched = Random(f"{SEED} when {contact.id}"), account.owner_email in WATCHED
    last = random.randint(RESTED, YEAR) if watched else random.randint(RECENT, YEAR - HALF)
    yield NPS, last
    if not watched:
        yield NPS, last + HALF
    if random.random() < 0.7:
        yield CSAT, random.randint(RECENT + 10, YEAR)


class Past:
    """Rows of the past, gathered and then written at once."""

    def __init__(self, zone: ZoneInfo, now: datetime, groups: Mapping[str, Sequence[str]], themes: Mapping[str, int]) -> None:
        self._zone, self._now, self._groups, self._themes = zone, now, groups, themes
        self.invitations: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.marks: list[dict[str, Any]] = []

    def ask(self, asked: Asked) -> None:
        random = Random(f"{SEED} {asked.contact.id} {asked.survey.name} {asked.ago // HALF}")
        day = day_of(self._now, self._zone) - timedelta(days=asked.ago)
        at = datetime.combine(day, time(9, random.randint(0, 59)), self._zone)
        invitation = _invitation(asked, at, len(self.invitations) + 1)
        self.invitations.append(invitation)
        if invitation["state"] == "asked" and random.random() < ANSWERING:
            invitation["answered"] = True
            self._answer(asked, invitation, at + timedelta(hours=random.choice((0.2, 1, 3, 5, 26, 50, 121, 240))), random)

    def _answer(self, asked: Asked, invitation: Mapping[str, Any], at: datetime, random: Random) -> None:
        score = score_of(asked.shape, asked.ago, SCALES[asked.survey.kind], random)
        band = band_of(asked.survey.kind, score)
        said = comment_of(band.value, asked.contact.locale or "", random)
        response = _response(asked, invitation, (score, band, said), at)
        response["groups"] = list(self._groups.get(asked.account.id, ()))
        response |= _closed(asked, band, at, random) if at + timedelta(days=12) < self._now else {}
        self.responses.append(response)
        self.answers.append({"response_id": response["id"], "number": 1, "score": score, "comment": response["comment"], "at": at})
        if said and said.theme and at + timedelta(days=MARKED_AFTER) < self._now:
            self.marks.append({"response_id": response["id"], "theme_id": self._themes[said.theme], "by": _csm(asked.account), "at": at})

    def write(self, session: Session) -> None:
        for table, rows in ((Invitation, self.invitations), (Response, self.responses), (Answer, self.answers), (ThemeMark, self.marks)):
            add_all(session, table, rows)


def _invitation(asked: Asked, at: datetime, number: int) -> dict[str, Any]:
    survey, contact, held = asked.survey, asked.contact, _why_not(asked.contact)
    return {
        "id": number,
        "survey": survey.name,
        "version": survey.version,
        "kind": survey.kind.value,
        "relational": survey.relational,
        "anonymous": False,
        "wave": f"past:{asked.account.id}:{survey.name}:{asked.ago}",
        "account_id": asked.account.id,
        "contact_id": contact.id,
        "person": (contact.email or contact.id).lower(),
        "state": "held" if held else "asked",
        "held": held,
        "language": survey.wording(contact.locale).language,
        "created_at": at,
        "asked_at": at,
        "expires_at": at + survey.expires,
        "answered": False,
    }


def _why_not(contact: Contact) -> str | None:
    if not contact.email:
        return "no_address"
    return "opted_out" if contact.opted_out else None


def _response(asked: Asked, invitation: Mapping[str, Any], given: tuple[int, Band, Comment | None], at: datetime) -> dict[str, Any]:
    score, band, said = given
    same = {name: invitation[name] for name in ("survey", "version", "kind", "anonymous", "wave", "account_id", "contact_id")}
    return same | {
        "id": sha256(f"{SEED} {invitation['wave']} {invitation['contact_id']}".encode()).hexdigest()[:32],
        "voter": f"invitation:{invitation['id']}",
        "invitation_id": invitation["id"],
        "score": score,
        "band": band.value,
        "comment": said.text if said else "",
        "language": said.language if said else invitation["language"],
        "at": at,
        "changed_at": at,
        "versions": 1,
        "closed_at": None,
        "closed_by": None,
        "agreed": None,
        "agreed_by": None,
    }


def _closed(asked: Asked, band: Band, at: datetime, random: Random) -> dict[str, Any]:
    """Nearly every low answer was talked about within days."""
    if band is not Band.LOW or random.random() > 0.9:
        return {}
    closed = at + timedelta(days=random.randint(1, 9), hours=2)
    agreed = {"agreed": random.choice(AGREED), "agreed_by": (closed + timedelta(days=30)).date()}
    return agreed | {"closed_at": closed, "closed_by": _csm(asked.account)}


def _csm(account: Account) -> str:
    """The owner, or the lead for those who have none in Slack."""
    by_email = {person.email: person.id for person in CAST}
    return by_email.get(account.owner_email or "") or by_email["lead@ours.example"]
