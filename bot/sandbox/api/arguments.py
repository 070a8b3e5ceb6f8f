"""Arguments of a Web API call: from a query, a form, JSON or multipart, handed out with Slack's own refusals."""

import json
from collections.abc import Mapping
from email.message import Message as MimeMessage
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.sandbox.errors import Refusal


class Arguments:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.text(name)
        if value:
            return value
        if error != "invalid_arguments":
            raise Refusal(error)
        message = f"[ERROR] missing required field: {name}"
        raise Refusal(error, response_metadata={"messages": [message]})

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name)
        return default if value is None else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def names(self, name: str) -> list[str]:
        """A comma-separated list, or a JSON array."""
        value = self.values.get(name)
        parts = value if isinstance(value, list) else self.text(name).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]

    def json(self, name: str, error: str) -> Any:
        """A JSON value, given as such or as text; None when it is missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refusal(error) from None


async def read(request: Request) -> tuple[str | None, Arguments]:
    """The token (header first, then the `token` field) and the arguments. Bad JSON is `invalid_json`."""
    values: dict[str, Any] = dict(request.query_params)
    values.update(_body(request.headers.get("content-type", ""), await request.body()))
    scheme, _, header = request.headers.get("authorization", "").partition(" ")
    field = values.pop("token", None)
    return (header.strip() if scheme.lower() == "bearer" else field), Arguments(values)


def _body(content_type: str, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if content_type.startswith("application/json"):
        return _json_object(body)
    if content_type.startswith("multipart/form-data"):
        return _multipart(content_type, body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(value, dict):
        raise Refusal("json_not_object")
    return value


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    parsed = BytesParser().parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    return {str(part.get_param("name", header="content-disposition")): _part(part) for part in parts}


def _part(part: MimeMessage) -> Any:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    return data if part.get_filename() else data.decode()
