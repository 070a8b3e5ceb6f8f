"""`/s/TOKEN`: the page on which customers answer a survey.

    GET /s/TOKEN?score=3 ─► the form with 3 chosen ─► POST /s/TOKEN ─► recorded ─► 303 ?done ─► thanks

A fetch is no vote: mail scanners and previews open every link of a letter. Only what the form sends is recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.database import Database
from bot.feedback.asked import Question, Shut, question_of
from bot.feedback.record import Given, UsedUp, record
from bot.log import log
from bot.settings import LiveSettings, Settings
from bot.surveys.links import SurveyLinks
from handlers.web.flood import Gate, network_of
from handlers.web.pages.survey_words import Stop
from handlers.web.survey_form import Submitted, body_of, is_form, read_form, score_of
from handlers.web.survey_views import FORM, form_page, stop_page, thanks_page, wording_of

DONE = "?done"


@dataclass(frozen=True)
class Gates:
    """Far above what people and the scanners of their mail do: a letter has at most a dozen links, an answer twenty versions."""

    network: Gate = field(default_factory=lambda: Gate(600, 50))
    network_sends: Gate = field(default_factory=lambda: Gate(200, 5))
    token: Gate = field(default_factory=lambda: Gate(200, 5))
    token_sends: Gate = field(default_factory=lambda: Gate(40, 0.5))

    def wait(self, request: Request, token: str | None) -> float:
        """Seconds until the request may come again; 0: it may pass. `token` is an invitation's; None: nobody's."""
        network, sends = network_of(request.client.host if request.client else ""), request.method == "POST"
        gates = [(self.network, network), *([(self.token, token)] if token else [])]
        gates += [(self.network_sends, network), *([(self.token_sends, token)] if token else [])] if sends else []
        return next((wait for gate, key in gates if (wait := gate.wait(key))), 0)


def survey_routes(
    database: Database, links: SurveyLinks | None, live: LiveSettings, now: Clock, answered: Callable[[], None]
) -> list[Route]:
    """None without `links`: nobody is asked. `now` is the domain's clock. `answered` is called after each answer that was taken."""
    if links is None:
        return []
    page = _Page(database, links, live, now, answered)
    return [Route(path, page.asked, methods=["GET", "POST"]) for path in ("/s/{token}", "/s/{token}/")]


class _Page:
    def __init__(self, database: Database, links: SurveyLinks, live: LiveSettings, now: Clock, answered: Callable[[], None]) -> None:
        self._database, self._links, self._live = database, links, live
        self._now, self._answered, self._gates = now, answered, Gates()

    async def asked(self, request: Request) -> Response:
        """Whatever goes wrong on our side, a customer gets a page, and we a line in the log, in which nobody's words stand."""
        try:
            return await self._answer(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except SQLAlchemyError as error:  # its text and its trace hold what was to be stored
            log.error("survey_page_failed", problem=str(error.__cause__ or type(error).__name__).splitlines()[0])
        except Exception as error:
            log.error("survey_page_failed", problem=type(error).__name__, exc_info=True)
        return stop_page(request, Stop.DOWN, self._settings)

    @property
    def _settings(self) -> Settings:
        return self._live.current

    async def _answer(self, request: Request) -> Response:
        token = self._links.read(request.path_params["token"])
        if wait := self._gates.wait(request, token):
            return stop_page(request, Stop.FLOOD, self._settings, wait=wait)
        if token is None:
            return stop_page(request, Stop.UNKNOWN, self._settings)
        question = await self._database.read(question_of, token, self._links, self._now())
        if isinstance(question, Shut):
            return stop_page(request, Stop(question.why.value), self._settings, question.language)
        return await self._sent(request, question) if request.method == "POST" else self._shown(request, question)

    def _shown(self, request: Request, question: Question) -> Response:
        """A score in the address is chosen in the form, and nothing more. What makes no sense in it is passed over."""
        standing = question.standing
        if standing and "done" in request.query_params:
            return thanks_page(request, question, self._settings)
        if question.used_up:
            return stop_page(request, Stop.USED, self._settings, question.invitation.language)
        chosen = score_of(request.query_params.get("score"), question.survey.scale)
        if chosen is None and standing:
            chosen = standing.score
        given = Submitted("" if chosen is None else str(chosen), standing.comment if standing else "")
        return form_page(request, question, self._settings, given)

    async def _sent(self, request: Request, question: Question) -> Response:
        language = question.invitation.language
        body = await body_of(request)
        if body is None:
            return stop_page(request, Stop.LARGE, self._settings, language)
        given = read_form(body) if is_form(request) else None
        if given is None:
            return stop_page(request, Stop.FORM, self._settings, language)
        score = given.number(question.survey.scale)
        if score is None or given.too_long:
            return form_page(request, question, self._settings, given, 422)
        return await self._recorded(request, question, Given(score, given.comment, wording_of(question, self._settings).language))

    async def _recorded(self, request: Request, question: Question, given: Given) -> Response:
        """Leads on to the thanks: a page that is loaded again sends nothing again."""
        try:
            await self._database.run(record, question.invitation, given, self._settings, self._links, self._now())
        except UsedUp:
            stop = Stop.USED if question.used_up else Stop.EXPIRED
            return stop_page(request, stop, self._settings, question.invitation.language)
        self._answered()
        return RedirectResponse(DONE, 303, FORM.headers)
