"""Steps that reach customers, letters and surveys: what the contact ledger says to each of them, in order of priority, and what leaves.

steps of a batch ─► accounts locked, contacts and touches read once ─► send, ask, hold or skip ─► letters, invitations
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.playbooks.due import Due
from bot.playbooks.effects.dispatches import Leaving, Writer
from bot.playbooks.effects.doing import Doing
from bot.playbooks.ledger import AGAIN, Hold, Ledger, Send, Skip
from bot.playbooks.places import about
from bot.playbooks.program import Do
from bot.playbooks.rulebook import House
from bot.playbooks.steps import Step, SurveyStep
from bot.surveys.asking import Asking, keep_others_from_asking
from bot.surveys.choice import Choice, HeldBack, Wanted

PATIENCE = timedelta(days=14)
"""For so long a play waits until somebody may be asked."""


@dataclass(frozen=True)
class Ask:
    """Somebody is asked."""

    choice: Choice


Verdict = Send | Ask | Hold | Skip


def reaching_step(play: Due) -> Step | None:
    """The step at which a play stands, if that reaches customers."""
    return play.op.step if isinstance(play.op, Do) and play.op.step.reaches_customers else None


@dataclass
class Reaching:
    """What these plays, all of which stand at such a step, may do. `traces` tell who was not asked."""

    session: Session
    house: House
    plays: Sequence[Due]
    now: datetime
    letters: list[Leaving] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        session, house, now = self.session, self.house, self.now
        asking = {play.play_id: self._wanted(play) for play in self.plays if isinstance(reaching_step(play), SurveyStep)}
        if asking:
            keep_others_from_asking(session)
        self.ledger = Ledger(session, house, [play.account_id for play in self.plays], now)
        self.writer = Writer(session, house, [play for play in self.plays if play.play_id not in asking], now)
        self.wanted, self.asking = asking, self._asking(list(asking.values()))

    def _asking(self, wanted: Sequence[Wanted]) -> Asking | None:
        if not (wanted and self.house.asking):
            return None
        contacts = {one.account_id: self.ledger.contacts(one.account_id) for one in wanted}
        return Asking(self.session, self.house.asking, wanted, contacts, self.ledger.touches, self.now)

    def _wanted(self, play: Due) -> Wanted:
        ask = play.op.step.survey
        survey = self.house.surveys[ask.ask]
        return Wanted(
            survey=survey,
            roles=survey.roles if ask.roles is None else ask.roles,
            at_most=ask.at_most or survey.at_most,
            account_id=play.account_id,
            contact_id=play.contact_id,
            play_id=play.play_id,
            playbook=play.playbook.name,
            number=play.place.done + 1,
        )

    def decide(self, play: Due, step: Step) -> Verdict:
        return self._survey(play) if isinstance(step, SurveyStep) else self._letter(play, step)

    def _letter(self, play: Due, step: Any) -> Send | Hold | Skip:
        essential = bool(self.house.letters and self.house.letters.essential(step.email.letter))
        return self.ledger.decide(step.email.to, play.account_id, play.contact_id, play.owner_email, essential, play.pressing)

    def _survey(self, play: Due) -> Ask | Hold | Skip:
        """While nobody may be asked and somebody soon may, the play waits. What held people back is recorded all the same."""
        wanted = self.wanted[play.play_id]
        if self.asking is None:
            return Skip("nobody_could_answer")
        if play.pressing and self.asking.meets_anybody(wanted):
            return Hold(self.now + AGAIN, "unless")
        choice = self.asking.choose(wanted)
        if choice.asked:
            return Ask(choice)
        self._record(play, choice)
        since, soonest = play.place.since or self.now, choice.soonest
        if soonest and soonest.until and soonest.until <= since + PATIENCE:
            return Hold(soonest.until, soonest.why.value, since)
        return Skip(choice.held[0].why.value if choice.held else "nobody")

    def _record(self, play: Due, choice: Choice) -> int:
        assert self.asking
        for one in self.asking.hold(choice):
            row = about(play, self.now) | {"what": "not_asked", "step": play.op.path}
            self.traces.append(row | {"detail": _told(one, choice)})
        return len(choice.held)

    def do(self, doing: Doing, verdict: Send | Ask | Skip) -> None:
        """Raises a StaysailError when a letter cannot be written; nothing of the step is kept then."""
        if isinstance(verdict, Send):
            self.letters.append(self.writer.letter(doing, verdict, self.ledger))
            return
        if isinstance(verdict, Skip):
            doing.detail["skipped"] = verdict.reason
        if isinstance(verdict, Ask) and self.asking:
            self.asking.ask(verdict.choice)
            held = self._record(doing.due, verdict.choice)
            doing.detail.update(survey=verdict.choice.wanted.survey.name, asked=len(verdict.choice.asked), held=held)

    def write(self) -> int:
        """What was asked. Returns how many letters that are."""
        if self.asking is None:
            return 0
        self.asking.invitations.write()
        return self.asking.invitations.asked


def _told(one: HeldBack, choice: Choice) -> dict[str, Any]:
    until = one.until.isoformat() if one.until else None
    return {"survey": choice.wanted.survey.name, "contact": one.contact.id, "reason": one.why.value, "until": until}
