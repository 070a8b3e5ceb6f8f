"""Numbers of a picture as a customer reads them: what changed, what grew, the seats, the scores. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import isfinite

from bot.reviews.deck.page import Graph, Series
from bot.reviews.deck.say import Say
from bot.reviews.deck.text import clean, shortened
from bot.reviews.picture import Answered, Line, Picture
from bot.surveys.survey import SCALES, Kind

NOTABLE = 0.05
"""A change that is smaller is none."""
FEW = 4
"""So many weeks are columns rather than a line."""
TITLE, QUOTE = 80, 220


@dataclass(frozen=True)
class Figure:
    """A number in large letters, and what it is. `source`: where it comes from, for the speaker."""

    number: str
    words: str
    source: str


def value(say: Say, line: Line, number: float) -> str:
    """With the unit, where it can be said in the deck's language."""
    unit = say(line.unit) if line.unit and say.knows(line.unit) else ""
    return f"{say.number(number)} {unit}".strip()


def changed(say: Say, lines: Iterable[Line]) -> list[Figure]:
    """The metrics that moved, the most first."""
    found = [(line.change, line) for line in lines if line.change is not None and abs(line.change) >= NOTABLE]
    ordered = sorted(found, key=lambda one: -abs(one[0]))
    return [Figure(say.change(change), _usage(say, line), _source(line)) for change, line in ordered]


def grown(say: Say, lines: Iterable[Line]) -> list[Figure]:
    """Only those that rose: what fell stands among the charts."""
    found = [(line.change, line) for line in lines if line.change is not None and line.change >= NOTABLE]
    ordered = sorted(found, key=lambda one: -one[0])
    return [
        Figure(say.change(change), say("growth", metric=shortened(line.title, TITLE) or line.name), _source(line))
        for change, line in ordered
    ]


def _usage(say: Say, line: Line) -> str:
    assert line.recent is not None
    assert line.usual is not None
    now, usual = value(say, line, line.recent), value(say, line, line.usual)
    return say("fact_usage", metric=shortened(line.title, TITLE) or line.name, now=now, usual=usual)


def _source(line: Line) -> str:
    return f"“{clean(line.title) or line.name}”: usage.metrics.{line.name}, the mean of the last two weeks against what was usual before"


def seats(say: Say, picture: Picture) -> list[Figure]:
    """Nothing where one of both is not known, or nothing was bought."""
    used = picture.seats_used
    if not picture.seats or used is None or not isfinite(used):
        return []
    figure = say("of", part=say.number(round(used)), whole=say.number(picture.seats))
    words = say("fact_seats_day" if picture.seats_unit == "a day" else "fact_seats")
    return [Figure(figure, words, "Seats: the CRM's `seats`, and the metric that counts users")]


def scored(say: Say, picture: Picture, least: int = 1) -> list[Figure]:
    """The average of each survey with at least so many answers, the one with most first."""
    return [
        Figure(_average(say, answers), say("voice_figure", survey=_name(answers[0]), count=len(answers)), f"Answers to {_name(answers[0])}")
        for answers in _by_survey(picture.answers)
        if len(answers) >= least
    ]


def _average(say: Say, answers: Sequence[Answered]) -> str:
    mean, top = sum(one.score for one in answers) / len(answers), highest(answers[0].kind)
    return say("of", part=say.number(mean), whole=top) if top else say.number(mean)


def highest(kind: str) -> int | None:
    """The top of the scale."""
    return SCALES[Kind(kind)][-1] if kind in {known.value for known in Kind} else None


def _name(answer: Answered) -> str:
    """What people call a survey: its kind."""
    return clean(answer.kind).upper()[:20]


def _by_survey(answers: Iterable[Answered]) -> list[list[Answered]]:
    kinds: dict[str, list[Answered]] = {}
    for one in answers:
        kinds.setdefault(one.kind, []).append(one)
    return sorted(kinds.values(), key=len, reverse=True)


def score_chart(say: Say, picture: Picture) -> Graph | None:
    """By month, of the survey with most answers; None where there is but one month."""
    for answers in _by_survey(picture.answers)[:1]:
        months = _months(answers)
        if len(months) > 1:
            title = say("voice_chart", survey=_name(answers[0]))
            top = highest(answers[0].kind)
            note = say("voice_note", top=top, count=len(answers)) if top else ""
            means = tuple(round(sum(found) / len(found), 1) for found in months.values())
            labels = tuple(say.month(month) for month in months)
            return Graph(title, note, labels, (Series(title, means),), _alt(say, title, labels, means), columns=True, top=top)
    return None


def _months(answers: Sequence[Answered]) -> Mapping[date, list[int]]:
    ordered = sorted(answers, key=lambda one: one.on)
    return {month: [one.score for one in found] for month, found in groupby(ordered, key=lambda one: one.on.replace(day=1))}


def graph(say: Say, line: Line) -> Graph:
    """The weeks of a metric beside what was usual. The line has to have a value."""
    values = tuple(one if one is not None and isfinite(one) else None for _, one in line.points)
    labels = tuple(say.short_day(on) for on, _ in line.points)
    usual = line.usual if line.usual is not None and isfinite(line.usual) else None
    title = shortened(line.title, TITLE) or line.name
    series = [Series(title, values)]
    if usual is not None and len(values) > 1:
        series.append(Series(say("usual"), (round(usual, 2),) * len(values)))
    known = sum(one is not None for one in values)
    return Graph(title, _note(say, line, usual), labels, tuple(series), _alt(say, title, labels, values), columns=known < FEW)


def _note(say: Say, line: Line, usual: float | None) -> str:
    if line.recent is None:
        return ""
    now = value(say, line, line.recent)
    return say("line_now", now=now) if usual is None else say("line_note", now=now, usual=say.number(usual))


def _alt(say: Say, title: str, labels: Sequence[str], values: Sequence[float | None]) -> str:
    told = ", ".join(f"{label}: {say.number(one)}" for label, one in zip(labels, values, strict=True) if one is not None)
    return f"{title}. {say('line_alt', values=told)}"
