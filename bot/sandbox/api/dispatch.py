"""POST /api/<method>: faults, token, scope, the method itself, the log of calls."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.api import arguments, chat, conversations, extras, files, history, people, views
from bot.sandbox.api.access import require_scope
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.broken import break_answer
from bot.sandbox.errors import Refusal
from bot.sandbox.faults import ANSWER_KINDS, Faults
from bot.sandbox.people import Json
from bot.sandbox.scopes import NEEDED
from bot.sandbox.workspace import Call, Workspace

Method = Callable[[Workspace, Arguments], Json]
METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **extras.METHODS,
    **files.METHODS,
    **history.METHODS,
    **people.METHODS,
    **views.METHODS,
}


@dataclass(frozen=True)
class Tokens:
    bot: str
    app: str


class WebApi:
    def __init__(self, workspace: Workspace, faults: Faults, tokens: Tokens, new_socket_url: Callable[[], str]) -> None:
        self._workspace = workspace
        self._faults = faults
        self._tokens = tokens
        self._new_socket_url = new_socket_url

    async def __call__(self, request: Request) -> Response:
        method = request.path_params["method"]
        fault = self._faults.take(method, ANSWER_KINDS)
        if fault and not fault.performed and (broken := await break_answer(fault, request)):
            await self._log(request, {"ok": False, "error": "not_performed"}, fault.kind)
            return broken
        result = await self._log(request, None, fault.kind if fault else None)
        if fault and fault.performed and (broken := await break_answer(fault, request, result)):
            return broken
        return JSONResponse(result)

    async def _log(self, request: Request, result: Json | None, fault: str | None) -> Json:
        method, at = request.path_params["method"], self._workspace.now()
        token, args, answer = None, Arguments({}), result
        try:
            token, args = await arguments.read(request)
            answer = result or self._perform(method, token, args)
        except Refusal as refusal:
            answer = refusal.to_json()
        call = Call(method, copy.deepcopy(args.values), at, answer or {}, fault)
        self._workspace.contents.calls.append(call)
        self._workspace.publish({"kind": "call", "call": call})
        return call.result

    def _perform(self, method: str, token: str | None, args: Arguments) -> Json:
        if method not in METHODS and method != "apps.connections.open":
            raise Refusal("unknown_method", req_method=method)
        self._check_token(method, token)
        if method == "apps.connections.open":
            return {"ok": True, "url": self._new_socket_url()}
        require_scope(self._workspace, NEEDED.get(method, ()))
        return {"ok": True, **METHODS[method](self._workspace, args)}

    def _check_token(self, method: str, token: str | None) -> None:
        if method == "api.test":
            return
        if not token:
            raise Refusal("not_authed")
        if token not in (self._tokens.bot, self._tokens.app):
            raise Refusal("invalid_auth")
        wanted = self._tokens.app if method == "apps.connections.open" else self._tokens.bot
        if token != wanted:
            raise Refusal("not_allowed_token_type")
