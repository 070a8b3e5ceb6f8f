"""`/healthz`: the process is alive. `/readyz`: it can do its work. `/metrics`: how it does, for Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.database import Database, schema_problem
from bot.delivery.outbox import count_waiting
from models import Alert, Invitation, OutboxMessage
from models import Response as Answered


def health_routes(database: Database) -> list[Route]:
    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(request: Request) -> Response:
        try:
            problem = await database.read(schema_problem)
        except SQLAlchemyError as error:
            problem = f"the database does not answer: {str(error.__cause__ or error).splitlines()[0]}"
        return PlainTextResponse(problem or "ready", 503 if problem else 200)

    async def metrics(request: Request) -> Response:
        return Response(await database.read(_metrics), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]


def _metrics(session: Session) -> bytes:
    """Read from the database at each call: several replicas give the same figures."""
    registry = CollectorRegistry()
    alerts = Gauge("staysail_alerts", "Alerts by state", ["state"], registry=registry)
    for state, count in session.execute(select(Alert.state, func.count()).group_by(Alert.state)):
        alerts.labels(state).set(count)
    Gauge("staysail_outbox_waiting", "Messages that are behind", registry=registry).set(count_waiting(session))
    dead = session.scalar(select(func.count()).where(OutboxMessage.dead_at.is_not(None))) or 0
    Gauge("staysail_outbox_dead", "Messages that were given up", registry=registry).set(dead)
    _surveys(session, registry)
    return generate_latest(registry)


def _surveys(session: Session, registry: CollectorRegistry) -> None:
    invitations = Gauge("staysail_survey_invitations", "Invitations to surveys by state", ["state"], registry=registry)
    for state, count in session.execute(select(Invitation.state, func.count()).group_by(Invitation.state)):
        invitations.labels(state).set(count)
    responses = Gauge("staysail_survey_responses", "Answers to surveys by kind", ["kind"], registry=registry)
    for kind, count in session.execute(select(Answered.kind, func.count()).group_by(Answered.kind)):
        responses.labels(kind).set(count)
