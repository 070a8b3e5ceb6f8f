"""Asking: whom of an account to ask, decided for a whole batch of plays, and written in the transaction that moves them.

contacts in order ─► may they be written to? ─► were they asked lately? ─► have they heard from us enough? ─► invitation and letter
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.bulk import among
from bot.clock import day_of
from bot.delivery.touches import Touches, barred
from bot.surveys.choice import Choice, HeldBack, Wanted
from bot.surveys.invitations import ASKED, HELD, Invitations, Leaving, Row
from bot.surveys.letters import LETTER, Asked, Reader, csms_of, letter_content
from bot.surveys.links import new_token
from bot.surveys.means import Means, zone_name
from bot.surveys.survey import Kind, Survey
from bot.surveys.throttle import Question, Why, reach, rest
from models import Account, Contact, Invitation

ONE_ASKS = 0x5357_4159
"""The number of PostgreSQL's advisory lock."""


def keep_others_from_asking(session: Session) -> None:
    """Nobody else asks anybody until the transaction ends: one person may be a contact of two accounts, and what keeps others off an
    account does not keep them off its people. Comes before the locks of accounts, always, so that two processes never wait for each
    other. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ONE_ASKS)))


class Asking:
    """Everything that some plays want to ask: read at once, decided one by one in order of priority, written at once.

    `contacts` are those of each account, by id; `touches` what reached them. The caller keeps others off both, and off asking.
    """

    def __init__(
        self,
        session: Session,
        means: Means,
        wanted: Sequence[Wanted],
        contacts: Mapping[str, Sequence[Contact]],
        touches: Touches,
        now: datetime,
    ) -> None:
        self._means, self._contacts, self._touches, self._now = means, contacts, touches, now
        self._asked: dict[str, list[Question]] = defaultdict(list)
        self._opens: dict[str | None, datetime] = {}
        self._accounts: dict[str, Account] = {}
        self.invitations = Invitations(session, now)
        if not wanted:
            return
        ids = {one.account_id for one in wanted}
        self._accounts = {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(among(session, ids))))}
        self._csms = csms_of(session, self._accounts.values())
        self._remember({person_of(contact) for one in wanted for contact in self._meant(one)} - {""}, session)
        self.invitations.know([wave for one in wanted for wave in self._waves(one)])

    def _remember(self, people: set[str], session: Session) -> None:
        """What these people were asked, and will be asked, as far as it matters."""
        columns = (Invitation.survey, Invitation.kind, Invitation.relational, Invitation.asked_at, Invitation.expires_at)
        recent = (Invitation.state == ASKED, Invitation.asked_at > self._now - reach(self._means.rules))
        theirs = Invitation.person.in_(among(session, people))
        asked = select(Invitation.person, Invitation.answered, *columns).where(theirs, *recent)
        for person, answered, survey, kind, relational, at, expires in session.execute(asked):
            self._asked[person].append(Question(survey, Kind(kind), relational, at, None if answered else expires))

    def _meant(self, wanted: Wanted) -> list[Contact]:
        """Whom the step may mean, in the order in which they are asked."""
        here = self._contacts[wanted.account_id]
        if wanted.contact_id:
            return [contact for contact in here if contact.id == wanted.contact_id]
        roles = [role.lower() for role in wanted.roles]
        placed = [(_place(contact, roles), contact.id, contact) for contact in here]
        return [contact for place, _, contact in sorted(one for one in placed if one[0] is not None)]

    def _waves(self, wanted: Wanted) -> tuple[str, str]:
        """The wave of a step, and the one that it has when that wave has asked already: a later round, or a second time in a week."""
        if not wanted.contact_id:
            return f"play:{wanted.play_id}", f"play:{wanted.play_id}:{wanted.number}"
        year, week, _ = day_of(self._now, self._means.zone).isocalendar()
        return f"week:{year}-W{week:02}:{wanted.account_id}", f"play:{wanted.play_id}:{wanted.number}"

    def meets_anybody(self, wanted: Wanted) -> bool:
        """There is somebody who may be written to."""
        return any(barred(contact, essential=False) is None for contact in self._meant(wanted))

    def choose(self, wanted: Wanted) -> Choice:
        """Whoever is chosen counts at once for what is decided next."""
        asked: list[tuple[Contact, datetime]] = []
        held: list[HeldBack] = []
        for contact in self._meant(wanted):
            if len(asked) == wanted.at_most:
                break
            found = self._look(wanted.survey, contact)
            if isinstance(found, HeldBack):
                held.append(found)
            else:
                asked.append((contact, found))
                self._note(wanted.survey, contact, found)
        first, later = self._waves(wanted)
        wave = later if self.invitations.has_asked(first, wanted.survey.name, wanted.contact_id) else first
        return Choice(wanted, wave, tuple(asked), tuple(held))

    def _look(self, survey: Survey, contact: Contact) -> datetime | HeldBack:
        """When the letter is to leave, or what holds it back."""
        at = self._opening(zone_name(contact, self._accounts[contact.account_id]))
        if why := barred(contact, essential=False):
            return HeldBack(contact, Why(why), at)
        question = Question(survey.name, survey.kind, survey.relational, at)
        if found := rest(question, self._asked[person_of(contact)], self._means.rules):
            return HeldBack(contact, found.why, at, found.until)
        if until := self._touches.full_until(contact.account_id, contact.id):
            return HeldBack(contact, Why.LIMIT, at, until)
        return at

    def _opening(self, zone: str | None) -> datetime:
        if zone not in self._opens:
            self._opens[zone] = self._means.hours.opens_at(self._now, zone)
        return self._opens[zone]

    def _note(self, survey: Survey, contact: Contact, at: datetime) -> None:
        question = Question(survey.name, survey.kind, survey.relational, at, at + survey.expires)
        self._asked[person_of(contact)].append(question)
        self._touches.note(contact.account_id, contact.id, at)

    def ask(self, choice: Choice) -> None:
        """Writes the letters; none of them is kept when one cannot be written (LetterBroken)."""
        self.invitations.add(choice.wanted.survey, [self._invite(choice, contact, at) for contact, at in choice.asked])

    def _invite(self, choice: Choice, contact: Contact, at: datetime) -> tuple[Row, Leaving]:
        """The invitation with its letter."""
        means, wanted, account = self._means, choice.wanted, self._accounts[contact.account_id]
        survey, token, expires = wanted.survey, new_token(), at + wanted.survey.expires
        wording = survey.wording(contact.locale or account.locale, means.language)
        reader = Reader(contact, account, self._csms.get(account.owner_email or ""))
        content = letter_content(means, reader, Asked(survey, wording, token, expires), LETTER, self._now)
        remind = means.hours.opens_at(at + survey.remind, zone_name(contact, account)) if survey.remind else None
        row = self._row(choice, contact, at) | {
            "state": ASKED,
            "language": wording.language,
            "token": token,
            "expires_at": expires,
            "remind_at": remind if remind and remind < expires else None,
        }
        content |= {"playbook": wanted.playbook, "play": wanted.play_id}
        return row, Leaving("", at, account.id, contact.id, contact.email or "", f"survey:{survey.name}", content)

    def hold(self, choice: Choice) -> list[HeldBack]:
        """Records who was held back. Gives those of whom nothing stood there yet."""
        return [one for one in choice.held if self.invitations.add_held(self._row(choice, one.contact, one.at) | _held(one))]

    def _row(self, choice: Choice, contact: Contact, at: datetime) -> Row:
        wanted, survey = choice.wanted, choice.wanted.survey
        return {
            "survey": survey.name,
            "version": survey.version,
            "kind": survey.kind.value,
            "relational": survey.relational,
            "anonymous": survey.anonymous,
            "wave": choice.wave,
            "account_id": contact.account_id,
            "contact_id": contact.id,
            "person": person_of(contact),
            "play_id": wanted.play_id,
            "playbook": wanted.playbook,
            "created_at": self._now,
            "asked_at": at,
        }


def person_of(contact: Contact) -> str:
    """Limits count people, whatever accounts they are contacts of. Empty: nobody can be asked there."""
    return (contact.email or "").strip().lower()


def _held(one: HeldBack) -> Row:
    return {"state": HELD, "held": one.why.value, "held_until": one.until}


def _place(contact: Contact, roles: Sequence[str]) -> int | None:
    """Where a contact comes in the order; those of whom no role is known come last. None: a role that is not meant."""
    role = (contact.role or "").strip().lower()
    if not role:
        return len(roles) + 1
    if not roles:
        return 0
    return roles.index(role) if role in roles else None
