"""`POST /events`: signed calls from other systems become events, once."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot import clock
from bot.database import Database
from bot.delivery.signature import signature
from handlers.web.events import LARGEST, event_routes
from models import Account, Event
from tests.conftest import on_sqlite
from tests.integration.company import Company, fill

SECRET = "between us"


@pytest.fixture
async def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    found = Company(tmp_path, sqlite_source, database, {"usage": None, "enable": []})
    found.make()
    fill(found.url, "crm", "id, name, stage", [("a", "Acme", "growth")])
    await found.sweep()
    return found


class Caller:
    def __init__(self, database: Database) -> None:
        self.moved = 0
        routes = event_routes(database, SECRET, clock.now, self._moved)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://ours")

    def _moved(self) -> None:
        self.moved += 1

    async def __call__(self, form: Any, secret: str = SECRET, age: int = 0, **headers: str) -> httpx.Response:
        body = form if isinstance(form, bytes) else json.dumps(form).encode()
        signed = signature(secret, int(clock.now().timestamp()) - age, body)
        return await self._client.post("/events", content=body, headers={"Staysail-Signature": signed} | headers)


@pytest.fixture
def call(company: Company) -> Caller:
    return Caller(company.database)


async def events(company: Company) -> list[tuple[str, str, str, dict[str, Any]]]:
    found = await company.database.read(lambda session: list(session.scalars(select(Event))))
    return [(event.name, event.account_id, event.contact_id, event.data) for event in found]


async def test_a_signed_event_is_taken_in_once_and_sets_a_playbook_off_between_sweeps(company: Company, call: Caller) -> None:
    company.playbook("asks", kind="support", trigger={"event": "ticket_solved"}, steps=[{"set": {"tag": "asked"}}])
    today = clock.now()
    await company.sweep(today)
    form = {"name": "ticket_solved", "account": "a", "key": "4711", "data": {"stars": 5}}
    assert [(await call(form)).status_code for _ in range(2)] == [202, 202]
    assert await events(company) == [("ticket_solved", "a", "", {"stars": 5})]
    assert call.moved == 2
    later = company.sweeper(today + timedelta(minutes=1))
    assert [(await later.go_on()).plays for _ in range(2)] == [2, 0]
    assert [account.tags for account in await company.rows(Account)] == [" asked "]


@on_sqlite
@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"name": "ticket_solved", "account": "nobody"}, 404, "there is no account `nobody`"),
        ({"name": "ticket_solved", "account": "a", "contact": "c"}, 404, "there is no contact `c`"),
        ({"name": "Ticket", "account": "a"}, 422, "name"),
        ({"name": "ticket_solved"}, 422, "account"),
        ({"name": "ticket_solved", "account": "a", "who": "x"}, 422, "who"),
        (b"not json", 422, "body"),
        (b"x" * (LARGEST + 1), 413, "too large"),
    ],
)
async def test_a_wrong_event_gets_a_clear_answer_and_changes_nothing(
    company: Company, call: Caller, form: Any, status: int, said: str
) -> None:
    answer = await call(form)
    assert (answer.status_code, said in answer.json()["error"]) == (status, True), answer.text
    assert await events(company) == []


@on_sqlite
async def test_a_forged_or_old_signature_is_refused(company: Company, call: Caller) -> None:
    form = {"name": "ticket_solved", "account": "a"}
    answers = [await call(form, secret="another"), await call(form, age=301), await call(form, **{"Staysail-Signature": "x"})]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert await events(company) == []
