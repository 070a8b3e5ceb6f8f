"""Signed HTTP requests, as Slack sends them to a request URL."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.sandbox.delivery.parcel import Parcel, ParcelKind, Receipt, Status


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v0` HMAC-SHA256 over `v0:timestamp:body`."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class SignedHttp:
    def __init__(self, url: str, secret: str, ack_seconds: float) -> None:
        self._url = url
        self._secret = secret
        self._client = httpx.AsyncClient(timeout=ack_seconds, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def disconnect(self, reason: str = "refresh_requested", abruptly: bool = False) -> None:
        """Nothing to disconnect: every request has its own exchange."""

    async def send(self, parcel: Parcel) -> Receipt:
        started = time.perf_counter()
        body, content_type = _encoded(parcel)
        try:
            response = await self._client.post(self._url, content=body, headers=self._headers(parcel, body, content_type))
        except httpx.TimeoutException:
            return Receipt(Status.TIMEOUT, None, _since(started))
        except httpx.TransportError:
            return Receipt(Status.UNREACHABLE, None, _since(started))
        status = Status.ACKED if response.is_success else Status.REFUSED
        no_retry = response.headers.get("x-slack-no-retry") == "1"
        return Receipt(status, _answer(response), _since(started), response.status_code, no_retry)

    def _headers(self, parcel: Parcel, body: bytes, content_type: str) -> dict[str, str]:
        timestamp = str(int(time.time()))
        headers = {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature(self._secret, timestamp, body),
        }
        if parcel.retry_attempt:
            reason = f"http_{parcel.retry_reason}"
            headers |= {"x-slack-retry-num": str(parcel.retry_attempt), "x-slack-retry-reason": reason}
        return headers


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _encoded(parcel: Parcel) -> tuple[bytes, str]:
    if parcel.kind is ParcelKind.EVENT:
        return json.dumps(parcel.payload).encode(), "application/json"
    form = parcel.payload if parcel.kind is ParcelKind.COMMAND else {"payload": json.dumps(parcel.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _answer(response: httpx.Response) -> Any:
    if not response.content:
        return None
    if not response.headers.get("content-type", "").startswith("application/json"):
        return response.text
    try:
        return response.json()
    except ValueError:
        return response.text
