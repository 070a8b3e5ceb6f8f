"""JSON endpoints of the inbox."""

from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.mail.inbox import Inbox, Letter, summary, whole
from bot.sandbox.mail.invitations import Answered, Choice, Post

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PATIENCE = 5.0
LONGEST_WORDS = 500


class MailPages:
    """GET /sandbox/mail lists letters, newest first; /sandbox/mail/ID is one of them whole. POST …/read, …/unsubscribe and …/answer.

    `post` carries what readers write; without it nobody can answer an invitation.
    """

    def __init__(self, inbox: Inbox, post: Post | None = None) -> None:
        self._inbox, self._answered = inbox, Answered(post)

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/mail", self.listed),
            Route("/sandbox/mail/{id:int}", self.one),
            Route("/sandbox/mail/{id:int}/read", self.read, methods=["POST"]),
            Route("/sandbox/mail/{id:int}/unsubscribe", self.unsubscribe, methods=["POST"]),
            Route("/sandbox/mail/{id:int}/answer", self.answer, methods=["POST"]),
        ]

    async def listed(self, request: Request) -> Response:
        return JSONResponse([summary(letter) for letter in reversed(self._inbox.letters)])

    async def one(self, request: Request) -> Response:
        letter = self._letter(request)
        if letter is None:
            return _missing()
        return JSONResponse(whole(letter) | {"invitation": self._answered.shown(letter, self._inbox.letters)})

    async def read(self, request: Request) -> Response:
        letter = self._letter(request)
        if letter is None:
            return _missing()
        self._inbox.mark_read(letter)
        return JSONResponse({"ok": True})

    async def unsubscribe(self, request: Request) -> Response:
        """What a mail provider does when a reader presses its own Unsubscribe (RFC 8058): one POST, without cookies or a page."""
        letter = self._letter(request)
        if letter is None:
            return _missing()
        address = one_click_address(letter)
        if address is None:
            return JSONResponse({"ok": False, "error": "the letter offers no one-click unsubscribing on this machine"}, 400)
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
                answer = await client.post(address, data={"List-Unsubscribe": "One-Click"})
        except httpx.HTTPError as problem:
            return JSONResponse({"ok": False, "error": f"no answer: {problem}"}, 502)
        return JSONResponse({"ok": answer.is_success, "error": None if answer.is_success else f"HTTP {answer.status_code}"})

    async def answer(self, request: Request) -> Response:
        """What a mail program does when a reader presses Accept: `{"choice": "accept", "words": "…"}`."""
        letter = self._letter(request)
        if letter is None:
            return _missing()
        form = await request.json()
        try:
            choice = Choice(form.get("choice"))
        except ValueError:
            return JSONResponse({"ok": False, "error": f"choice: allowed are {', '.join(Choice)}"}, 400)
        words = str(form.get("words") or "").strip()[:LONGEST_WORDS]
        problem = await self._answered.answer(letter, self._inbox.letters, choice, words, self._inbox.now())
        return JSONResponse({"ok": problem is None, "error": problem}, 400 if problem else 200)

    def _letter(self, request: Request) -> Letter | None:
        return self._inbox.find(request.path_params["id"])


def one_click_address(letter: Letter) -> str | None:
    """The web address in `List-Unsubscribe`, if the letter allows one click and the address is on this machine."""
    if "one-click" not in str(letter.message.get("List-Unsubscribe-Post", "")).lower():
        return None
    offered = str(letter.message.get("List-Unsubscribe", "")).split(",")
    addresses = (one.strip().removeprefix("<").removesuffix(">") for one in offered)
    return next((one for one in addresses if urlsplit(one).scheme in ("http", "https") and urlsplit(one).hostname in LOOPBACK), None)


def _missing() -> Response:
    return JSONResponse({"ok": False, "error": "there is no such letter"}, 404)
