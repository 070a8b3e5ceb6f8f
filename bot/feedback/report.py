"""What a survey's answers say: the facts behind `/stay survey`, for whoever asks.

An anonymous survey tells of no group of fewer than `FEWEST` people, nor of a group by which one could know such a rest.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.charts.trend import Scale, Trend, TrendPoint, trend_of
from bot.clock import day_of
from bot.feedback import tallies
from bot.feedback.breakdown import Breaking, figure_fact, is_told
from bot.feedback.groups import FEWEST
from bot.feedback.tallies import Scope, Tally
from bot.messages import catalog as m
from bot.messages.mrkdwn import clean
from bot.playbooks.known import known_signals
from bot.settings import Settings
from bot.surveys.shelf import survey_of
from bot.surveys.survey import SCALES, Kind, Survey
from bot.team.roles import Actor
from models import Account, Contact, Response, SurveyVersion

THEMES, QUOTES = 5, 3
AXES: Final = {Kind.NPS: Scale(-100, 100, signed=True), Kind.CSAT: Scale(0, 100, "%"), Kind.CES: Scale(1, 7)}


@dataclass(frozen=True)
class Reader:
    """Who asks, and when."""

    actor: Actor
    settings: Settings
    now: datetime

    @property
    def owner(self) -> str | None:
        """Customers' words are for the same people as money (bot/team/sight.py). None: those of all accounts; else of accounts with this
        owner."""
        if self.settings.roles.money == "team" or self.actor.is_manager:
            return None
        return (self.actor.email or "-").lower()

    def scope(self, survey: str, segment: str | None = None) -> Scope:
        return Scope(survey, self.now, self.settings.zone, segment)


def known_surveys(session: Session) -> dict[str, Survey]:
    """Every survey that was ever ready to be asked, in its newest version."""
    kept = session.scalars(select(SurveyVersion).order_by(SurveyVersion.name, SurveyVersion.version)).all()
    newest = {one.name: one.version for one in kept}
    found = {name: survey_of(session, name, version) for name, version in newest.items()}
    return {name: survey for name, survey in found.items() if survey}


def survey_list(session: Session, reader: Reader) -> m.SurveyList:
    """Those with most answers first."""
    scope = reader.scope("")
    standing = tallies.in_all(session, scope.begins, reader.now)
    lines = [_line(survey, standing.get((name, survey.kind)), scope) for name, survey in known_surveys(session).items()]
    return m.SurveyList(lines=tuple(sorted(lines, key=lambda line: (-line.figure.count, line.name))), since=scope.since)


def _line(survey: Survey, standing: tallies.Standing | None, scope: Scope) -> m.SurveyLine:
    if standing is None:
        return m.SurveyLine(survey.name, survey.about, m.SurveyFigure(survey.kind.value, 0), None, survey.anonymous)
    figure = figure_fact(survey.kind, standing.scores)
    return m.SurveyLine(survey.name, survey.about, figure, day_of(standing.last, scope.zone), survey.anonymous or standing.anonymous)


def survey_report(session: Session, survey: Survey, segment: str | None, reader: Reader) -> m.SurveyReport:
    """About ten statements, however many answers there are."""
    scope = reader.scope(survey.name, segment)
    found = tallies.tally(session, scope, survey.kind)
    report = m.SurveyReport(
        name=survey.name,
        about=survey.about,
        since=scope.since,
        until=scope.today,
        figure=figure_fact(survey.kind, found.period),
        asked=tallies.asked(session, scope, _accounts_in(session, segment, reader)),
        top=SCALES[survey.kind][-1],
        segment=segment or "",
        anonymous=survey.anonymous or found.anonymous,
    )
    if report.anonymous and not _may_be_told(session, found, scope, reader):
        asked = m.AskedFacts() if segment else report.asked
        return replace(report, figure=m.SurveyFigure(survey.kind.value, 0), asked=asked, withheld=True)
    return _filled(session, report, found, scope, reader)


def _accounts_in(session: Session, segment: str | None, reader: Reader) -> Select[Any] | None:
    """The accounts that are in it now: who was asked has no groups of its own."""
    if segment is None:
        return None
    signals = known_signals(session, reader.settings, day_of(reader.now, reader.settings.zone))
    condition = signals.catalogue.segments()[segment].expression
    return select(Account.id).select_from(signals.table).where(condition).params(as_of=signals.day)


def _may_be_told(session: Session, found: Tally, scope: Scope, reader: Reader) -> bool:
    """Nothing can be told of nobody, and nothing must be of a few."""
    answers = sum(found.period.values())
    if scope.segment is None:
        return answers >= FEWEST
    whole = tallies.tally(session, reader.scope(scope.survey), found.kind)
    return is_told(answers, sum(whole.period.values()))


def _filled(session: Session, report: m.SurveyReport, found: Tally, scope: Scope, reader: Reader) -> m.SurveyReport:
    """What comes from the answers themselves. A segment of an anonymous survey is divided no further: two groups of many can have a single
    person in common."""
    report = replace(report, quarters=_quarters(found))
    if report.anonymous and scope.segment:
        return report
    breaking = Breaking(found.kind, tallies.by_group(session, scope, found.kind), sum(found.period.values()), report.anonymous)
    return replace(
        report,
        segments=None if scope.segment else breaking.segments(),
        csms=breaking.csms(session) if reader.actor.is_manager else None,
        themes=tallies.themes(session, scope, THEMES),
        loops=None if report.anonymous else tallies.loops(session, scope),
        quotes=_quotes(session, scope, reader),
    )


def _quarters(found: Tally) -> tuple[m.QuarterFact, ...]:
    """From the first that has answers on."""
    return tuple(m.QuarterFact(begins, figure_fact(found.kind, scores)) for begins, scores in sorted(found.quarters.items()))


def _quotes(session: Session, scope: Scope, reader: Reader) -> tuple[m.QuoteFact, ...]:
    rows = tallies.newest_comments(session, scope, reader.owner, QUOTES)
    theirs = select(Contact.id, Contact.name).where(Contact.id.in_([response.contact_id for response, _ in rows if response.contact_id]))
    names = {row.id: row.name for row in session.execute(theirs)}
    return tuple(_quote(response, account, names.get(response.contact_id, ""), scope) for response, account in rows)


def _quote(response: Response, account: Account | None, who: str, scope: Scope) -> m.QuoteFact:
    named = m.Account(account.id, account.name, account.url) if account else None
    return m.QuoteFact(clean(response.comment, m.QuoteFact.LONGEST), response.score, day_of(response.at, scope.zone), named, who)


def trend_chart(report: m.SurveyReport) -> Trend:
    """The report's quarters as they are drawn."""
    of = f" of {report.segment}" if report.segment else ""
    return trend_of(f"{report.name}{of} by quarter", AXES[Kind(report.figure.kind)], [_point(quarter) for quarter in report.quarters])


def _point(quarter: m.QuarterFact) -> TrendPoint:
    figure, short = quarter.figure, f"Q{quarter.number} ’{quarter.begins:%y}"
    if figure.value is None:
        return TrendPoint(quarter.name, figure.count, short=short)
    times = 100 if figure.kind == Kind.CSAT else 1
    return TrendPoint(quarter.name, figure.count, times * figure.value, times * figure.low, times * figure.high, short)
