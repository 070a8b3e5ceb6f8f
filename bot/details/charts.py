"""Charts of an account's metrics as files in Slack: drawn from the warehouse's weekly values, uploaded once, seen by whoever is shown them.

A file that belongs to no channel is the app's own; an `image` block names it by its id. https://docs.slack.dev/messaging/working-with-files
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.cards import UNITS
from bot.charts.chart import Chart, chart_of
from bot.charts.draw import Drawable, draw
from bot.connectors.ports import Metric, Usage
from bot.errors import SendFailed
from bot.log import log
from bot.slack_api import asked

WEEKS = 13
KEPT = 500
PATIENCE = 8.0
"""Seconds for one upload, of three requests."""


@dataclass(frozen=True)
class Drawn:
    """A metric's chart. `file_id` None: it could not be drawn or uploaded, and `alt` has to tell its numbers."""

    metric: str
    file_id: str | None
    alt: str
    title: str = ""


def series_of(usage: Usage, account_id: str, day: date, names: Sequence[str] | None = None) -> tuple[Chart, ...]:
    """The metrics' last 13 weeks before `day`, in the order of the settings. Blocks; raises SourceFailed."""
    metrics = [usage.metrics[name] for name in (names if names is not None else usage.metrics)]
    return tuple(_chart(metric, usage.weekly(metric.name, [account_id], day, WEEKS).get(account_id), day) for metric in metrics)


def _chart(metric: Metric, values: Sequence[float] | None, day: date) -> Chart:
    """Without a row of usage there is nothing to draw."""
    begins = [day - timedelta(days=7 * back) for back in range(WEEKS, 0, -1)]
    points = tuple(zip(begins, values, strict=True)) if values else ()
    return chart_of(metric.label, UNITS[metric.aggregate], points, _usual(metric, points, day))


def _usual(metric: Metric, points: Sequence[tuple[date, float]], day: date) -> float | None:
    """The mean of the weeks that lie in the metric's baseline, from its first activity on: what a card compares with."""
    windows = metric.windows(day)
    first = next((at for at, (_, value) in enumerate(points) if value), len(points))
    week = timedelta(days=7)
    within = [value for on, value in points[first:] if on >= windows.baseline_start and on + week <= windows.recent_start]
    return sum(within) / len(within) if within else None


class Uploads:
    """Charts in Slack, in memory: the same chart of an account is uploaded once, however many ask for it at the same time."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._files: OrderedDict[tuple[str, Drawable], asyncio.Task[str | None]] = OrderedDict()

    async def of(self, account_id: str, charts: Sequence[Drawable]) -> tuple[str | None, ...]:
        """The charts' file ids; None for one without points, and for one that Slack does not take. What they are of need be no account."""
        under_way = [self._task(account_id, chart) for chart in charts]
        return tuple([await asyncio.shield(task) if task else None for task in under_way])

    def has(self, account_id: str, charts: Sequence[Drawable]) -> bool:
        """Whether they all were uploaded before."""
        found = [self._files.get((account_id, chart)) for chart in charts if chart.known]
        return all(task is not None and task.done() for task in found)

    def _task(self, account_id: str, chart: Drawable) -> "asyncio.Task[str | None] | None":
        if not chart.known:
            return None
        key = (account_id, chart)
        if key not in self._files:
            self._files[key] = asyncio.ensure_future(self._upload(key))
            if len(self._files) > KEPT:
                self._files.popitem(last=False)
        self._files.move_to_end(key)
        return self._files[key]

    async def _upload(self, key: tuple[str, Drawable]) -> str | None:
        """A failure is not kept: the next who asks tries again."""
        _, chart = key
        try:
            picture = await asyncio.to_thread(draw, chart)
            file = {"filename": "chart.png", "content": picture, "title": chart.title, "alt_txt": chart.alt[:1000]}
            async with asyncio.timeout(PATIENCE):
                answer = await asked(self._client.files_upload_v2(file_uploads=[file]), "the chart")
            return str(answer["files"][0]["id"])
        except (SendFailed, TimeoutError) as error:
            log.warning("chart_not_uploaded", problem=str(error) or "no answer in time")
        except Exception as error:  # a picture is never worth the modal
            log.error("chart_not_drawn", problem=str(error), exc_info=error)
        self._files.pop(key, None)
        return None


async def drawn(uploads: Uploads, account_id: str, charts: Sequence[Chart], metrics: Sequence[str]) -> list[Drawn]:
    files = await uploads.of(account_id, charts)
    return [Drawn(metric, file, chart.alt, chart.title) for metric, chart, file in zip(metrics, charts, files, strict=True)]


async def charts_of(client: AsyncWebClient, usage: Usage, metrics: Mapping[str, Metric], account_id: str, day: date) -> list[Drawn]:
    """A chart of each metric, in the settings' order, for a message of the bot's. Raises SourceFailed when usage cannot be read."""
    charts = await asyncio.to_thread(series_of, usage, account_id, day, list(metrics))
    return await drawn(Uploads(client), account_id, charts, list(metrics))
