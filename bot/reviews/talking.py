"""What to talk about in a meeting: at most three points, each with the fact that speaks for it. Pure: they are read off a picture.

Every rule below gives one point at most, and the first three that have something to say count, in this order:

1. a promise of ours is overdue (the one that is overdue longest);
2. an escalation, or else an alert, stands; alerts about usage say the same as rule 4, and give way to it;
3. somebody gave a low answer since the last review (the newest);
4. usage is down by a fifth or more against its usual (the metric that fell most);
5. the contract renews within 90 days, or was to renew;
6. something was agreed last time, and nothing that was done since is called the same;
7. a theme of theirs is open, and no low answer speaks for it;
8. nine tenths of the seats are used, or less than half of them;
9. the CRM names their goals; what measures them are the metrics that we have;
10. usage is up by a fifth or more (the metric that rose most);
11. they are happy: a high answer since the last review, and nothing of 2, 3, 4 and 7.

Where the facts give fewer points there are fewer.
"""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice
from math import isfinite

from bot.messages.numbers import day, in_days, number, percent
from bot.reviews.picture import Answered, Happened, Line, Picture, Point

MOST = 3
CHANGED = 0.2
RENEWS_WITHIN = 90
FEW, MANY = 0.5, 0.9
QUOTED = 140
SCALES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}


def points_of(picture: Picture) -> tuple[Point, ...]:
    """The most pressing first."""
    found = (rule(picture) for rule in RULES)
    return tuple(islice((point for point in found if point), MOST))


def _overdue(picture: Picture) -> Point | None:
    late = [one for one in picture.promises if one.overdue]
    if not late:
        return None
    first = min(late, key=lambda one: one.due or date.max)
    whose = f", {_cut(first.who)}," if first.who.strip() else ""
    due = f" was due {day(first.due, year=False)}" if first.due else " is overdue"
    return Point(
        "A promise of ours is overdue" if len(late) == 1 else f"{len(late)} promises of ours are overdue",
        f"{_quoted(first.what)}{whose}{due}",
    )


def _trouble(picture: Picture) -> Point | None:
    escalation = _standing(picture.escalations)
    if escalation:
        return Point("An escalation is open", f"{_cut(escalation.what)}, since {day(escalation.on, year=False)}")
    alert = None if _down(picture) else _standing(picture.alerts)
    return Point("An alert stands", f"{_cut(alert.what)}, since {day(alert.on, year=False)}") if alert else None


def _standing(some: Iterable[Happened]) -> Happened | None:
    """What has stood longest."""
    return min((one for one in some if not one.closed), key=lambda one: one.on, default=None)


def _unhappy(picture: Picture) -> Point | None:
    low = _newest(picture, "low")
    return Point("Somebody there is unhappy", _said(low)) if low else None


def _theme(picture: Picture) -> Point | None:
    if not picture.themes or _unhappy(picture):
        return None
    return Point("Something that they told us is not dealt with", f"the theme {_quoted(picture.themes[0])} is open")


def _newest(picture: Picture, band: str) -> Answered | None:
    return max((one for one in picture.answers if one.band == band), key=lambda one: one.on, default=None)


def _said(answer: Answered) -> str:
    """Eva Malá answered NPS 3 on 12 Nov: “Exports take an hour.”"""
    scale = SCALES.get(answer.kind, answer.survey)
    words = f": {_quoted(answer.words)}" if answer.words else ""
    return f"{_cut(answer.who) or 'Somebody'} answered {_cut(scale)} {answer.score} on {day(answer.on, year=False)}{words}"


def _down(picture: Picture) -> Point | None:
    line = min(_changed(picture), key=_change, default=None)
    return Point("Usage is down", _against(line, "below")) if line and _change(line) <= -CHANGED else None


def _up(picture: Picture) -> Point | None:
    line = max(_changed(picture), key=_change, default=None)
    return Point("Usage grows", _against(line, "above")) if line and _change(line) >= CHANGED else None


def _changed(picture: Picture) -> list[Line]:
    return [line for line in picture.lines if line.change is not None]


def _change(line: Line) -> float:
    return line.change or 0.0


def _against(line: Line, side: str) -> str:
    """Active users: 17.5 a day of late, 57 % below the usual 40.4."""
    now = " ".join(filter(None, (number(line.recent or 0), _cut(line.unit))))
    return f"{_cut(line.title) or 'A metric'}: {now} of late, {percent(abs(_change(line)))} {side} the usual {number(line.usual or 0)}"


def _agreed(picture: Picture) -> Point | None:
    if picture.before is None:
        return None
    done = {_plainly(one) for one in picture.kept}
    left = [line for line in picture.before.agreed.splitlines() if _plainly(line) and _plainly(line) not in done]
    if not left:
        return None
    more = f", and {len(left) - 1} more" if len(left) > 1 else ""
    return Point("What was agreed last time", f"{_quoted(left[0])}{more}: nothing here says that it is done")


def _plainly(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .-*•")


def _renewal(picture: Picture) -> Point | None:
    if picture.renewal_on is None:
        return None
    left = (picture.renewal_on - picture.taken_on).days
    if left > RENEWS_WITHIN:
        return None
    if left < 0:
        return Point("The contract was to renew", f"on {day(picture.renewal_on)}, {in_days(left)}")
    return Point("The renewal is near", f"it renews on {day(picture.renewal_on)}, {in_days(left)}")


def _seats(picture: Picture) -> Point | None:
    seats, used = picture.seats, picture.seats_used
    if not seats or seats < 0 or used is None or not isfinite(used) or used < 0:
        return None
    why = " ".join(filter(None, (f"{number(used)} of {number(seats)} seats are in use", _cut(picture.seats_unit))))
    if used / seats >= MANY:
        return Point("There is room to grow", why)
    return Point("Many seats stand empty", why) if used / seats < FEW else None


def _goals(picture: Picture) -> Point | None:
    if not picture.goals.strip():
        return None
    names = [_cut(line.title) for line in picture.lines if line.title.strip()][:MOST]
    measured = f"; {', '.join(names)} can show it" if names else ""
    return Point("How far they are with their goals", f"{_quoted(picture.goals)}{measured}")


def _happy(picture: Picture) -> Point | None:
    glad = _newest(picture, "high")
    if glad is None or any(rule(picture) for rule in (_trouble, _unhappy, _down, _theme)):
        return None
    return Point("Ask whether they would speak for us", _said(glad))


def _quoted(text: str) -> str:
    return f"“{_cut(text)}”"


def _cut(text: str) -> str:
    """On one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else f"{line[: QUOTED - 1].rstrip()}…"


RULES: tuple[Callable[[Picture], Point | None], ...] = (
    *(_overdue, _trouble, _unhappy, _down, _renewal, _agreed),
    *(_theme, _seats, _goals, _up, _happy),
)
"""In the order in which they count."""
