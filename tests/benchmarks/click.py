"""A click, from signed request to answer, in the process that serves it.

    uv run python -m tests.benchmarks.click [--database sqlite|postgresql] [--clicks 1500]

Floors in the same run: a bare Bolt app with `process_before_response` and one listener that only acknowledges.
"""

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import clock
from bot.app import App, build
from bot.outgoing import slack_client, slack_session
from bot.schema import migrate
from bot.serve import bolt_of, schedule_of
from bot.settings import load_settings
from handlers.slack import listeners
from jobs.report import Report
from models import Alert, OutboxMessage
from tests.benchmarks.data import address_of, build_sqlite, own_folder, usage_days
from tests.benchmarks.sweep import SETTINGS

SECRET = "bench-secret"
ACCOUNTS = 100_000
Click = Callable[[int], Awaitable[float]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--clicks", type=int, default=1500)
    arguments = parser.parse_args()
    with own_folder("bench") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        standin = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.standin", str(port)])
        try:
            time.sleep(1.5)
            asyncio.run(measure(arguments, folder, port))
        finally:
            standin.terminate()
            standin.wait()


async def measure(arguments: argparse.Namespace, folder: Path, port: int) -> None:
    build_sqlite(folder, ACCOUNTS, usage_days(date.today(), 90, 1))  # noqa: DTZ011
    (folder / "staysail.yml").write_text(SETTINGS.format(crm=f"sqlite:///{folder}/crm.db", usage=f"sqlite:///{folder}/usage.db"))
    url = address_of(folder, arguments.database)
    variables = {
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": "xoxb-x",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{port}/api/",
    }
    async with slack_session() as session:
        app = build(load_settings(folder / "staysail.yml", variables), session)
        migrate(app.database)
        await app.sweep.run()
        await compare(app, arguments)
        app.database.close()


async def compare(app: App, arguments: argparse.Namespace) -> None:
    ours = bolt_of(app, schedule_of(app), "T1")
    bare = bare_app(app)
    alerts = await app.database.read(open_alerts)
    count = arguments.clicks
    acks = [await in_turn(clicker(bolt, "input.changed", alerts), count) for bolt in (bare, ours) for _ in range(3)]
    floor, own = (statistics.median(percentile(run, 50) for run in runs) for runs in (acks[:3], acks[3:]))
    print(f"{arguments.database}, {count} clicks")
    print(f"  acknowledged only, p50: bare Bolt {ms(floor)}, ours {ms(own)}, {own / floor:.2f} x")
    pairs = [(await with_actions(ours, 5, count, alerts), await with_actions(ours, 60, count, alerts)) for _ in range(5)]
    few, many = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(of_60 / of_5 for of_5, of_60 in pairs)
    print(f"  with 60 actions {many:.0f}/s, with 5 {few:.0f}/s, {ratio:.2f} x")
    take = clicker(ours, "alert.take", alerts)
    idle, seconds = await at_once(take, min(len(alerts), count), 32)
    p50, p99 = percentile(idle, 50), percentile(idle, 99)
    print(f"  committed first, 32 at once: {len(idle) / seconds:.0f}/s, p50 {ms(p50)}, p99 {ms(p99)}, {p99 / p50:.2f} x")
    await during_a_sweep(app, ours, p99)
    await until_shown(app, ours, alerts)


async def during_a_sweep(app: App, bolt: AsyncApp, idle: float) -> None:
    await app.database.run(reset)
    take = clicker(bolt, "alert.take", await app.database.read(open_alerts))
    report = Report()
    sweeping = asyncio.ensure_future(app.sweep.measure(report, clock.now(), asyncio.sleep(0)))
    times: list[float] = []
    at = 0
    while not sweeping.done():
        some, _ = await at_once(lambda i, base=at: take(base + i), 320, 32)  # type: ignore[misc]
        times += some
        at += 320
        if at % 960 == 0:  # every click is to change something
            await app.database.run(reset)
    await sweeping
    p99 = percentile(times, 99)
    print(f"  during a sweep: {len(times)} clicks, p99 {ms(p99)}, {p99 / idle:.2f} x idle")


async def until_shown(app: App, bolt: AsyncApp, alerts: list[int]) -> None:
    """From the click until the card shows it, with the worker running."""
    await app.worker.deliver()
    await app.database.run(reset)
    worker = asyncio.ensure_future(app.worker.run())
    take, waits = clicker(bolt, "alert.take", alerts), []
    for i in range(20):
        began = time.perf_counter()
        await take(i)
        while not await app.database.read(is_shown, alerts[i]):
            await asyncio.sleep(0.002)
        waits.append(time.perf_counter() - began)
    worker.cancel()
    print(f"  card up to date after a click: p50 {ms(percentile(waits, 50))}, slowest {ms(max(waits))}")


def is_shown(session: Session, alert: int) -> bool:
    row = session.scalar(select(OutboxMessage).where(OutboxMessage.subject == f"alert:{alert}"))
    return row is not None and row.shown_version == row.wanted_version and row.wanted_version > 1


def open_alerts(session: Session) -> list[int]:
    return list(session.scalars(select(Alert.id).where(Alert.closed_at.is_(None)).order_by(Alert.id)))


def reset(session: Session) -> None:
    session.execute(text("UPDATE alerts SET state = 'open', taken_by = NULL, taken_at = NULL"))


def bare_app(app: App) -> AsyncApp:
    bare = AsyncApp(client=slack_client(app.settings, None), signing_secret=SECRET, process_before_response=True)

    async def acknowledged(ack: Callable[[], Awaitable[None]]) -> None:
        await ack()

    bare.action("input.changed")(acknowledged)
    return bare


async def with_actions(bolt: AsyncApp, actions: int, clicks: int, alerts: list[int]) -> float:
    """Requests a second with a table of that many actions, the asked one last."""
    table = listeners.CLICKS
    names = [f"action.{i}" for i in range(actions)]
    listeners.CLICKS = dict.fromkeys(names, nothing)  # type: ignore[assignment, arg-type]
    try:
        _, seconds = await at_once(clicker(bolt, "input.changed", alerts), clicks, 1)
    finally:
        listeners.CLICKS = table
    return clicks / seconds


async def nothing(*_: object) -> None:
    return None


def clicker(bolt: AsyncApp, action: str, alerts: list[int]) -> Click:
    verifier = SignatureVerifier(SECRET)

    async def click(i: int) -> float:
        body = urlencode({"payload": json.dumps(payload(action, alerts[i % len(alerts)]))})
        stamp = str(int(time.time()))
        headers = {
            "content-type": ["application/x-www-form-urlencoded"],
            "x-slack-request-timestamp": [stamp],
            "x-slack-signature": [verifier.generate_signature(timestamp=stamp, body=body) or ""],
        }
        began = time.perf_counter()
        answer = await bolt.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
        assert answer.status == 200, answer.body
        return time.perf_counter() - began

    return click


def payload(action: str, alert: int) -> dict[str, object]:
    return {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1", "username": "jana"},
        "team": {"id": "T1"},
        "api_app_id": "A1",
        "trigger_id": "1.2.3",
        "channel": {"id": "C1", "name": "cs-alerts"},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": str(alert), "action_ts": "1"}],
    }


async def in_turn(click: Click, count: int) -> list[float]:
    return [await click(i) for i in range(count)]


async def at_once(click: Click, count: int, width: int) -> tuple[list[float], float]:
    """`count` clicks, `width` of them under way at any time; their times and the seconds in all."""
    numbers = iter(range(count))
    times: list[float] = []

    async def person() -> None:
        for number in numbers:
            times.append(await click(number))

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(width)))
    return times, time.perf_counter() - began


def percentile(times: list[float], share: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * share // 100)]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


if __name__ == "__main__":
    main()
