"""`POST /events`: another system says that something happened to an account. Signed like our own webhooks.

    {"name": "ticket_solved", "account": "a-17", "contact": "c-3", "key": "zendesk-4711", "at": "2026-03-31T09:00:00Z", "data": {…}}

`Staysail-Signature: t=UNIX,v1=HEX`, where HEX is HMAC-SHA256 of "UNIX.BODY" under STAYSAIL_SECRET. The same `key` again changes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.bulk import insert_into
from bot.clock import Clock
from bot.database import Database
from handlers.web.signed import no, signed_body
from models import Account, Contact, Event

LARGEST = 64 * 1024


class EventForm(BaseModel):
    """What is sent. Without a `key` every call is an event of its own."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_.-]{0,59}$")
    account: str = Field(min_length=1, max_length=200)
    contact: str = Field(default="", max_length=200)
    key: str = Field(default="", max_length=200)
    at: AwareDatetime | None = None
    data: dict[str, Any] = Field(default_factory=dict)


def event_routes(database: Database, secret: str | None, now: Clock, soon: Callable[[], None]) -> list[Route]:
    """None without a secret: nobody could be told from anybody. `soon` moves plays without waiting for the next minute."""
    if not secret:
        return []

    async def taken_in(request: Request) -> Response:
        body = await signed_body(request, secret, LARGEST)
        if isinstance(body, Response):
            return body
        try:
            form = EventForm.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return no(422, f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}")
        key = form.key or f"{request.headers['Staysail-Signature']}"
        problem = await database.run(_store, form, key, now())
        if problem:
            return no(404, problem)
        soon()
        return JSONResponse({"ok": True}, 202)

    return [Route("/events", taken_in, methods=["POST"])]


def _store(session: Session, form: EventForm, key: str, now: datetime) -> str | None:
    """What is wrong with it; None: it is taken in, now or before."""
    if session.get(Account, form.account) is None:
        return f"there is no account `{form.account}`"
    contact = session.get(Contact, form.contact) if form.contact else None
    if form.contact and (contact is None or contact.account_id != form.account):
        return f"there is no contact `{form.contact}` at this account"
    row = {"key": f"web:{form.name}:{key}", "name": form.name, "account_id": form.account, "contact_id": form.contact, "data": form.data}
    at = min(form.at, now) if form.at else now
    session.execute(insert_into(session, Event).values({**row, "at": at}).on_conflict_do_nothing(index_elements=["key"]))
    return None
