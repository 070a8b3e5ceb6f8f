"""Webhooks: a signed POST of JSON. The receiver knows a repetition by its key, so what is uncertain is simply repeated."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot import clock
from bot.clock import pause_asked
from bot.delivery.sender import Call, Posted, Terms
from bot.delivery.signature import signature
from bot.errors import NotSent, SendFailed, SlowDown, Uncertain, Undeliverable

if TYPE_CHECKING:
    import httpx

TIMEOUT = 10.0
PAUSE = 30.0
AGAIN = frozenset({408, 425, 429})


class WebhookSender:
    """`now` is the machine's time, for the signature. The client follows no redirect: a signed call goes where it was addressed."""

    terms = Terms(at_once=10, tries=36, repeats=True)

    def __init__(self, secret: str | None, now: Callable[[], datetime] = clock.now, client: "httpx.AsyncClient | None" = None) -> None:
        self._secret, self._now, self._client = secret, now, client

    async def post(self, channel: str, message: Call, outbox_id: str) -> Posted:
        if not self._secret:
            raise Undeliverable("webhooks are signed: set STAYSAIL_SECRET")
        body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":"), default=str).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": outbox_id,
            "Staysail-Signature": signature(self._secret, int(self._now().timestamp()), body),
        }
        if problem := explain(await self._answer(channel, body, headers)):
            raise problem
        return Posted(channel, outbox_id)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None

    async def _answer(self, url: str, body: bytes, headers: dict[str, str]) -> "httpx.Response":
        import httpx  # noqa: PLC0415 (few deliveries call anybody)

        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, headers={"User-Agent": "Staysail"})
        try:
            return await self._client.post(url, content=body, headers=headers)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Undeliverable(f"the address cannot be called: {error}") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"the address cannot be reached: {error or type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise Uncertain(f"no clear answer: {error or type(error).__name__}") from error


def explain(response: "httpx.Response") -> SendFailed | None:
    """None: it was taken. What may pass is tried again; a plain no needs a person."""
    status = response.status_code
    if response.is_success:
        return None
    if status == 429 or (status == 503 and "retry-after" in response.headers):
        return SlowDown(f"the receiver asks to slow down (HTTP {status})", pause_asked(response.headers.get("retry-after")) or PAUSE)
    if status >= 500:
        return Uncertain(f"no clear answer (HTTP {status})")
    if status in AGAIN:
        return NotSent(f"the receiver asks to try again (HTTP {status})")
    moved = f"it moved to {response.headers.get('location', '?')[:200]}: " if response.is_redirect else ""
    return Undeliverable(f"the receiver refuses it (HTTP {status}): {moved}correct the address in the playbook, or the receiver")
