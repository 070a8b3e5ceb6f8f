"""The page of a survey in its three states: the form, the thanks, and a stop with its reason."""

from math import ceil
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.accounts.business_hours import zone_of
from bot.clock import day_of
from bot.feedback.asked import Question
from bot.settings import Settings
from bot.surveys.library import shipped_words
from bot.surveys.survey import ENGLISH, Kind, Wording, band_of
from handlers.web.page import Pages, language_for
from handlers.web.pages.survey_words import SURVEY_WORDS, Stop
from handlers.web.survey_form import Submitted

SHEETS = ("page.css", "survey.css")
FORM, THANKS, STOP = (Pages(f"{name}.html.j2", *SHEETS) for name in ("survey", "survey_thanks", "survey_stop"))
STATUS = {
    Stop.UNKNOWN: 404,
    Stop.EXPIRED: 410,
    Stop.GONE: 410,
    Stop.USED: 410,
    Stop.LARGE: 413,
    Stop.FORM: 415,
    Stop.FLOOD: 429,
    Stop.DOWN: 503,
}
AGAIN_IN = 30
"""Seconds, when something on our side does not work."""


def form_page(request: Request, question: Question, settings: Settings, given: Submitted, status: int = 200) -> Response:
    """What is `given` stands in the form. It tells of the first problem if `status` is not 200."""
    chosen = given.number(question.survey.scale)
    problem = None if status == 200 else "score" if chosen is None else "comment"
    facts = _facts(request, question, settings, chosen)
    count = format_decimal(len(given.comment), locale=facts["language"])
    more = {"problem": problem, "comment": given.comment, "count": count, "standing": question.standing is not None}
    return FORM.show(status, facts | more)


def thanks_page(request: Request, question: Question, settings: Settings) -> Response:
    """By the band of the answer that stands."""
    assert question.standing is not None
    facts = _facts(request, question, settings, question.standing.score)
    return THANKS.show(200, facts | {"title": facts["words"].thanks, "problem": None})


def stop_page(request: Request, stop: Stop, settings: Settings, language: str | None = None, wait: float = AGAIN_IN) -> Response:
    """`wait`: seconds after which it is worth while to come again, where it is at all."""
    spoken = language_for(request, SURVEY_WORDS, language)
    words = SURVEY_WORDS[spoken]
    said = words.stops[stop]
    facts = {"language": spoken, "words": words, "company": settings.company, "problem": None, "title": said.title, "text": said.text}
    again = {"Retry-After": str(ceil(wait))} if stop in (Stop.FLOOD, Stop.DOWN) else {}
    return STOP.show(STATUS[stop], facts, again)


def _facts(request: Request, question: Question, settings: Settings, chosen: int | None) -> dict[str, Any]:
    invitation, survey = question.invitation, question.survey
    wording = wording_of(question, settings)
    language = language_for(request, SURVEY_WORDS, invitation.language, wording.language)
    words = SURVEY_WORDS[language]
    zone = zone_of(question.zone) if question.zone else settings.zone
    assert invitation.expires_at is not None
    return {
        "language": language,
        "words": words,
        "own": _mark(wording.language, language),
        "own_by_band": {text: _mark(_language_of(text, survey.kind, wording), language) for text in _by_band(wording)},
        "company": settings.company,
        "title": wording.question,
        "wording": wording,
        "scale": [(score, band_of(survey.kind, score).value) for score in survey.scale],
        "chosen": chosen,
        "now": None if chosen is None else band_of(survey.kind, chosen).value,
        "anonymous": invitation.anonymous,
        "changeable": not question.used_up,
        "until": format_date(day_of(invitation.expires_at, zone), words.date, locale=language),
    }


def _mark(of: str, page: str) -> str:
    """For a screen reader, and for scripts that run from right to left: nothing where the page's own language goes on."""
    return "" if of.partition("-")[0] == page else Markup(' lang="{}" dir="auto"').format(of)


def _by_band(wording: Wording) -> list[str]:
    return [*wording.follow_up.values(), *wording.thanks.values()]


def _language_of(text: str, kind: Kind, wording: Wording) -> str:
    """What a survey leaves unsaid after a score is said in shipped words, in English if its own language is not among these."""
    english = shipped_words()[kind][ENGLISH].values()
    return ENGLISH if any(text in by_band.values() for by_band in english) else wording.language


def wording_of(question: Question, settings: Settings) -> Wording:
    """The survey in the language in which the person was asked, or the nearest that it has, with our name."""
    otherwise = settings.email.language if settings.email else "en"
    return question.survey.wording(question.invitation.language, otherwise).naming(settings.company)
