"""The form that says what an answer is about: which answer, which themes there are, and what is suggested."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.feedback.suggest import Suggestion
from bot.feedback.theme_answers import reads, shown_surveys, themed
from bot.feedback.themes import every_theme, known_texts
from bot.messages import catalog as m
from bot.settings import Settings
from bot.team.roles import Actor
from models import Response, Theme, ThemeMark

WORST_FIRST = ("low", "middle", "high")


@dataclass(frozen=True)
class Opened:
    """The form without suggestions, and what these are made from; no texts: there is nothing to suggest from."""

    modal: m.ThemeModal
    comment: str
    known: dict[str, list[str]]

    def with_suggestions(self, found: Sequence[Suggestion]) -> m.ThemeModal:
        """Themes that are marked already are no news."""
        names = tuple(one.name for one in found if one.name not in self.modal.marked)
        return replace(self.modal, looking=False, form=replace(self.modal.form, suggested=names))


def open_form(session: Session, settings: Settings, actor: Actor, form: m.ThemeForm) -> Opened:
    """For the form's response, or, where it names none, the worst answer of its alert that has no theme yet."""
    answers = _of_alert(session, form.alert_id) if form.alert_id is not None else []
    response = session.get(Response, form.response_id) if form.response_id else _first(session, answers)
    if response is None or (response.anonymous and response.survey not in shown_surveys(session)):
        raise Refused("There is no answer here that could have a theme.")
    may_read = reads(actor, settings.roles)
    (shown,) = themed(session, [response], may_read)
    marked = _marked(session, response.id)
    choices, unlisted = _choices(session, settings, list(marked.values()))
    known = known_texts(session, settings.surveys.themes, besides=response.id) if response.comment and not shown.withheld else {}
    modal = m.ThemeModal(
        form=replace(form, response_id=response.id, marked=tuple(marked), suggested=()),
        shown=shown,
        others=tuple(one.answer for one in themed(session, answers, may_read)) if len(answers) > 1 else (),
        themes=choices,
        marked=tuple(marked.values()),
        unlisted=unlisted,
        looking=bool(known),
    )
    return Opened(modal, response.comment, known)


def _of_alert(session: Session, alert_id: int) -> list[Response]:
    found = session.scalars(select(Response).where(Response.alert_id == alert_id).limit(m.ThemeModal.MOST)).all()
    return sorted(found, key=lambda one: (WORST_FIRST.index(one.band), one.score, one.at, one.id))


def _first(session: Session, answers: Sequence[Response]) -> Response | None:
    done = set(session.scalars(select(ThemeMark.response_id).where(ThemeMark.response_id.in_([one.id for one in answers]))))
    said = [one for one in answers if one.comment]
    return next((one for one in [*said, *answers] if one.id not in done), answers[0] if answers else None)


def _marked(session: Session, response_id: str) -> dict[int, str]:
    joined = select(Theme.id, Theme.name).join(ThemeMark, ThemeMark.theme_id == Theme.id).where(ThemeMark.response_id == response_id)
    return dict(session.execute(joined.order_by(Theme.name)).all())


def _choices(session: Session, settings: Settings, marked: Sequence[str]) -> tuple[tuple[m.ThemeChoice, ...], int]:
    """As many as Slack's list takes: those of this answer and the most used ones, by name; and how many are left out."""
    every = every_theme(session, settings.surveys.themes)
    used = dict(session.execute(select(ThemeMark.theme_id, func.count()).group_by(ThemeMark.theme_id)).all())
    ranked = sorted(every, key=lambda one: (one[0] not in marked, -used.get(one[1].id, 0) if one[1] else 0))[: m.ThemeModal.MOST]
    shown = sorted(ranked, key=lambda one: one[0].lower())
    choices = tuple(m.ThemeChoice(name, theme is not None and theme.closed_at is not None) for name, theme in shown)
    return choices, len(every) - len(shown)
