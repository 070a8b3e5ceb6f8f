"""A survey's answers by group: by segment and by CSM. Pure, but for the CSMs' names."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.alerts.people import load_people, owner_person
from bot.feedback.groups import CSM, FEWEST, SEGMENT
from bot.feedback.statistics import Counts, Figure, figure_of
from bot.messages import catalog as m
from bot.surveys.survey import BAND_NAMES, Band, Kind

Groups = Mapping[str, Counts]


def figure_fact(kind: Kind, counts: Counts) -> m.SurveyFigure:
    """Of fewer than ten answers only how many they are."""
    figure = figure_of(kind, counts)
    if figure is None or figure.says_nothing:
        return m.SurveyFigure(kind.value, figure.count if figure else 0)
    return m.SurveyFigure(kind.value, figure.count, figure.value, figure.low, figure.high, _shares(kind, figure))


def _shares(kind: Kind, figure: Figure) -> tuple[m.BandShare, ...]:
    return tuple(m.BandShare(BAND_NAMES[kind][band], figure.shares[band]) for band in reversed(Band))


@dataclass(frozen=True)
class Breaking:
    """`groups` with the prefixes that answers carry; `whole`: all answers; `anonymous`: no group may tell of too few people."""

    kind: Kind
    groups: Groups
    whole: int
    anonymous: bool

    def segments(self) -> m.Breakdown:
        """An account may be in several segments."""
        found = self._of(SEGMENT)
        told = {name: counts for name, counts in found.items() if self._is_told(sum(counts.values()))}
        return self._broken(told, len(told) < len(found))

    def csms(self, session: Session) -> m.Breakdown:
        """An account has one: what is left without those that are told is a group, too."""
        found = _by_size(self._of(CSM))
        told = {name: counts for name, counts in found.items() if self._is_told(sum(counts.values()))}
        while told and not self._is_told(sum(sum(counts.values()) for counts in told.values())):
            told.popitem()
        shown = self._broken(told, len(told) < len(found))
        people = load_people(session, [tuple(group.name for group in shown.groups)])
        named = tuple(m.GroupFact(group.name, group.figure, owner_person(group.name, people)) for group in shown.groups)
        return m.Breakdown(named, shown.more, shown.hidden)

    def _of(self, prefix: str) -> dict[str, Counts]:
        return {name.removeprefix(f"{prefix}:"): counts for name, counts in self.groups.items() if name.startswith(f"{prefix}:")}

    def _is_told(self, answers: int) -> bool:
        return not self.anonymous or is_told(answers, self.whole)

    def _broken(self, told: Groups, hidden: bool) -> m.Breakdown:
        facts = [m.GroupFact(name, figure_fact(self.kind, counts)) for name, counts in _by_size(told).items()]
        most = m.SurveyReport.GROUPS
        return m.Breakdown(tuple(facts[:most]), max(0, len(facts) - most), hidden)


def is_told(answers: int, whole: int) -> bool:
    """Whether a group of that many answers, and what is left of the whole without it, each tell of enough people, or of nobody."""
    return answers >= FEWEST and (whole == answers or whole - answers >= FEWEST)


def _by_size(groups: Groups) -> dict[str, Counts]:
    """The most answers first."""
    return dict(sorted(groups.items(), key=lambda one: (-sum(one[1].values()), one[0])))
