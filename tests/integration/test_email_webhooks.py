"""Webhook calls: signed, retried under the same key, refused for good when the receiver says no."""

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from bot.database import Database
from bot.delivery.schemes import WEBHOOK
from bot.delivery.senders.webhook import WebhookSender
from bot.delivery.worker import Worker
from models import OutboxMessage
from tests.conftest import on_sqlite
from tests.post import SECRET, change, company, enqueue, row_of, worker_of

URL = "https://hooks.example/play"
pytestmark = on_sqlite


class Receiver:
    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)

    def worker(self, database: Database, secret: str | None = SECRET) -> Worker:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return worker_of(database, {WEBHOOK: WebhookSender(secret, client=client)})


async def one_call(database: Database) -> int:
    def write(session: Any) -> int:
        company(session)
        return enqueue(session, "webhook", URL, {"url": URL, "body": {"account": "Acmé", "n": 1}})

    return await database.run(write)


async def test_a_call_is_signed(database: Database) -> None:
    number, receiver = await one_call(database), Receiver()
    await receiver.worker(database).deliver()
    (request,) = receiver.requests
    row = await row_of(database, number)
    signed = dict(part.split("=", 1) for part in request.headers["Staysail-Signature"].split(","))
    right = hmac.new(SECRET.encode(), f"{signed['t']}.".encode() + request.content, hashlib.sha256).hexdigest()
    assert signed["v1"] == right
    assert json.loads(request.content) == {"account": "Acmé", "n": 1}
    assert request.headers["Idempotency-Key"] == row.id
    assert request.headers["Content-Type"] == "application/json"
    assert row.shown_version == 1


@pytest.mark.parametrize("answer", [500, 503, 408, 429, httpx.ReadTimeout("slow"), httpx.ConnectError("down")], ids=str)
async def test_what_may_pass_is_tried_again_under_the_same_key(database: Database, answer: Any) -> None:
    number, receiver = await one_call(database), Receiver(httpx.Response(429, headers={"Retry-After": "0.1"}) if answer == 429 else answer)
    worker = receiver.worker(database)
    while not receiver.requests or (await row_of(database, number)).claimed_by:
        await worker._round()
    assert (await row_of(database, number)).dead_at is None
    await change(database, OutboxMessage, retry_at=None)
    await worker.deliver()
    assert len({request.headers["Idempotency-Key"] for request in receiver.requests}) == 1
    assert len(receiver.requests) == 2
    assert (await row_of(database, number)).shown_version == 1


@pytest.mark.parametrize("answer", [400, 401, 404, 410, httpx.Response(302, headers={"Location": "https://else.example"})], ids=str)
async def test_a_plain_no_is_a_dead_letter(database: Database, answer: Any) -> None:
    number, receiver = await one_call(database), Receiver(answer)
    report = await receiver.worker(database).deliver()
    assert report.failed == len(receiver.requests) == 1
    assert (await row_of(database, number)).dead_at


async def test_without_a_secret_nothing_is_called(database: Database) -> None:
    number, receiver = await one_call(database), Receiver()
    await receiver.worker(database, None).deliver()
    assert receiver.requests == []
    assert "STAYSAIL_SECRET" in ((await row_of(database, number)).problem or "")
