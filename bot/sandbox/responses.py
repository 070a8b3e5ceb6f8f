"""POST /sandbox/response/<key>: what a bot may do with a response URL."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.acts.talk import respond
from bot.sandbox.api import arguments
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.chat import apply
from bot.sandbox.api.content import read_content
from bot.sandbox.broken import break_answer
from bot.sandbox.errors import Refusal
from bot.sandbox.faults import ANSWER_KINDS, Faults
from bot.sandbox.people import Json
from bot.sandbox.tickets import Reply
from bot.sandbox.workspace import Call, Workspace


class ResponseUrls:
    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self._workspace = workspace
        self._faults = faults

    async def __call__(self, request: Request) -> Response:
        fault = self._faults.take("response_url", ANSWER_KINDS)
        if fault and not fault.performed and (broken := await break_answer(fault, request)):
            return broken
        result, status = await self._result(request)
        if fault and fault.performed and (broken := await break_answer(fault, request, result)):
            return broken
        return JSONResponse(result, status)

    async def _result(self, request: Request) -> tuple[Json, int]:
        args = Arguments({})
        try:
            _, args = await arguments.read(request)
            self._perform(self._workspace.tickets.use_reply(request.path_params["key"]), args)
            result, status = {"ok": True}, 200
        except Refusal as refusal:
            result, status = refusal.to_json(), 404 if refusal.error.endswith("_url") else 400
        call = Call("response_url", args.values, self._workspace.now(), result)
        self._workspace.contents.calls.append(call)
        return result, status

    def _perform(self, reply: Reply, args: Arguments) -> None:
        workspace = self._workspace
        original = workspace.find_message(reply.channel, reply.message_ts or "", reply.user)
        if args.flag("delete_original"):
            if original is None:
                raise Refusal("message_not_found")
            workspace.remove(original)
        elif args.flag("replace_original") and original is not None:
            apply(workspace, original, read_content(args))
        else:
            body = args.values | {"blocks": args.json("blocks", "invalid_blocks_format")}
            respond(workspace, reply.user, reply.channel, body)
