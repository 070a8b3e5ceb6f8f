"""What Details reads live, from real databases of a customer; and charts as files of a local Slack."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.charts.chart import Chart, chart_of
from bot.connectors.crm.sql import SqlCrm
from bot.connectors.engine import Warehouse
from bot.connectors.ports import Metric
from bot.connectors.usage.sql import SqlUsage
from bot.details import charts as charts_module
from bot.details.charts import Uploads, charts_of, series_of
from bot.details.gather import gather
from bot.details.sources import CrmSource, UsageSource, values_of
from bot.errors import SourceFailed
from bot.messages.catalog import MissingSource
from bot.sandbox.server import Room, Sandbox
from tests.cast import JANA
from tests.factories import ZONE
from tests.integration.company import DAY, fill, sql

METRICS = {
    name: Metric(name, "usage", "account_id", "day", "n", aggregate, 14, 56, 28, name.replace("_", " ").capitalize())
    for name, aggregate in (("active_users", "avg"), ("reports_run", "sum"))
}


def crm_of(url: str, query: str = "SELECT * FROM crm") -> SqlCrm:
    return SqlCrm(Warehouse(url, 5), {"accounts": query})


def usage_of(url: str) -> SqlUsage:
    return SqlUsage(Warehouse(url, 5), METRICS, ZONE)


def use(url: str, *accounts: str) -> None:
    """Forty a day, and ten in the last fortnight."""
    sql(url, "CREATE TABLE usage (account_id TEXT, day TEXT, n INTEGER)")
    days = [(str(DAY - timedelta(days=ago)), 10 if ago <= 14 else 40) for ago in range(1, 92)]
    fill(url, "usage", "account_id, day, n", [(name, day, value) for name in accounts for day, value in days])


QUERIES = {
    "plain": "SELECT * FROM crm",
    "ended": "SELECT * FROM crm;  ",
    "commented": "SELECT * FROM crm -- all of them",
    "with": "WITH them AS (SELECT * FROM crm) SELECT * FROM them",
    "colon": "SELECT *, 'a:b' AS pair FROM crm ORDER BY name",
}


def test_one_account_is_read_whatever_the_query(source_url: str) -> None:
    sql(source_url, "CREATE TABLE crm (id TEXT, name TEXT, arr REAL)", "INSERT INTO crm VALUES ('a', 'Acme', 5), ('b', 'B', 6)")
    for kind, query in QUERIES.items():
        page = crm_of(source_url, query).find("b")
        assert page is not None, kind
        assert values_of(page)["name"] == "B", kind
        assert crm_of(source_url, query).find("c") is None, kind
        assert crm_of(source_url, query).find("b' OR 'x' = 'x") is None, kind


def test_an_account_whose_id_is_a_number_is_found_by_it(source_url: str) -> None:
    sql(source_url, "CREATE TABLE crm (id INTEGER, name TEXT)", "INSERT INTO crm VALUES (17, 'Acme')")
    page = crm_of(source_url, "SELECT id + 0 AS id, name FROM crm").find("17")
    assert page is not None
    assert values_of(page)["id"] == "17"
    assert crm_of(source_url).find("acme") is None


def test_a_crm_without_accounts_has_none(source_url: str) -> None:
    sql(source_url, "CREATE TABLE crm (id TEXT, name TEXT)")
    assert crm_of(source_url).find("a") is None


def test_usage_is_thirteen_weeks_with_what_is_usual(source_url: str) -> None:
    use(source_url, "a")
    users, reports = series_of(usage_of(source_url), "a", DAY)
    assert [value for _, value in users.points] == [40] * 11 + [10] * 2
    assert users.points[-1][0] == DAY - timedelta(days=7)
    assert (users.title, users.unit, users.baseline) == ("Active users", "a day", 40)
    assert (reports.points[0][1], reports.baseline) == (280, 280)
    assert "40 a day at first, 10 at last" in users.alt
    (nothing, _) = series_of(usage_of(source_url), "b", DAY)
    assert (nothing.points, nothing.alt) == ((), "Active users: no data.")


def test_what_is_usual_counts_from_the_first_activity_on(source_url: str) -> None:
    sql(source_url, "CREATE TABLE usage (account_id TEXT, day TEXT, n INTEGER)")
    days = [(str(DAY - timedelta(days=ago)), 20) for ago in range(1, 36)]
    fill(source_url, "usage", "account_id, day, n", [("a", day, value) for day, value in days])
    users, _ = series_of(usage_of(source_url), "a", DAY)
    assert [value for _, value in users.points] == [0] * 8 + [20] * 5
    assert users.baseline == 20


async def test_a_source_that_cannot_be_read_says_why_in_one_sentence(sqlite_source: str) -> None:
    sql(sqlite_source, "CREATE TABLE other (id TEXT)")
    found = await gather([CrmSource(crm_of(sqlite_source)), UsageSource(usage_of(sqlite_source), lambda: DAY)], "a")
    assert found.missing == (MissingSource("CRM", "no such table: crm"), MissingSource("Usage", "no such table: usage"))


async def test_a_source_that_stands_still_is_given_up_and_its_thread_comes_free(sqlite_source: str) -> None:
    endless = "SELECT 'a' AS id, 'A' AS name FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n)"
    sql(sqlite_source, "CREATE TABLE crm (id TEXT)")
    source = CrmSource(SqlCrm(Warehouse(sqlite_source, 0.1), {"accounts": endless}))
    assert (await gather([source], "a", 0.05)).missing == (MissingSource("CRM", seconds=0.05),)
    with pytest.raises(SourceFailed, match=r"no answer within 0\.1 s"):
        await source.load("a")


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    async with Sandbox(people=[JANA], rooms=[Room("C0ALERTS", "cs-alerts", members=(JANA.id,))]).serve() as running:
        yield running


def client_of(slack: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def chart(last: float = 4) -> Chart:
    return chart_of("Active users", "a day", [(DAY - timedelta(days=7), 9.0), (DAY, last)])


def uploads(slack: Sandbox) -> int:
    return len([call for call in slack.calls if call.method == "files.completeUploadExternal" and call.result["ok"]])


async def test_a_chart_of_each_metric_is_a_file_that_belongs_to_no_channel(slack: Sandbox, sqlite_source: str) -> None:
    use(sqlite_source, "a")
    found = await charts_of(client_of(slack), usage_of(sqlite_source), METRICS, "a", DAY)
    assert [one.metric for one in found] == ["active_users", "reports_run"]
    for one in found:
        assert one.file_id
        file = slack.workspace.contents.uploads[one.file_id]
        assert file.content.startswith(b"\x89PNG")
        assert file.content_type == "image/png"
        assert file.title == one.title
        assert "at first" in one.alt
    assert slack.messages("C0ALERTS") == []


async def test_ten_who_ask_at_once_upload_once_and_so_do_those_who_ask_later(slack: Sandbox) -> None:
    shelf = Uploads(client_of(slack))
    assert not shelf.has("a", [chart()])
    found = await asyncio.gather(*(shelf.of("a", [chart()]) for _ in range(10)))
    assert len(set(found)) == 1
    assert await shelf.of("a", [chart()]) == found[0]
    assert shelf.has("a", [chart()])
    assert uploads(slack) == 1
    await shelf.of("b", [chart()])
    await shelf.of("a", [chart(5)])
    assert uploads(slack) == 3, "another account, and other numbers"


async def test_an_empty_chart_is_no_file(slack: Sandbox) -> None:
    shelf = Uploads(client_of(slack))
    empty = chart_of("Active users", "a day", ())
    assert await shelf.of("a", [empty]) == (None,)
    assert shelf.has("a", [empty])
    assert slack.calls == []


FAULTS: list[dict[str, Any]] = [
    {"method": "files.getUploadURLExternal", "kind": "error", "error": "missing_scope"},
    {"method": "files.getUploadURLExternal", "kind": "drop_before"},
    {"method": "files.completeUploadExternal", "kind": "server_error"},
    {"method": "files.completeUploadExternal", "kind": "html"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['method'].split('.')[1][:3]} {fault['kind']}")
async def test_an_upload_that_fails_gives_no_file_and_is_tried_again_by_the_next(slack: Sandbox, fault: dict[str, Any]) -> None:
    shelf = Uploads(client_of(slack))
    slack.faults.add(**fault)
    assert await shelf.of("a", [chart()]) == (None,)
    assert not shelf.has("a", [chart()])
    assert (await shelf.of("a", [chart()]))[0] is not None


async def test_an_upload_that_takes_too_long_is_given_up(slack: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts_module, "PATIENCE", 0.3)
    slack.faults.add(method="files.getUploadURLExternal", kind="slow", seconds=1)
    assert await Uploads(client_of(slack)).of("a", [chart()]) == (None,)


async def test_only_so_many_files_are_remembered(slack: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts_module, "KEPT", 2)
    shelf = Uploads(client_of(slack))
    for name in "abc":
        await shelf.of(name, [chart()])
    assert [shelf.has(name, [chart()]) for name in "abc"] == [False, True, True]


def picture(file_id: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": "A chart"}


async def refused(client: AsyncWebClient, file_id: str) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0ALERTS", text="x", blocks=[picture(file_id)])
    return str(caught.value.response["error"])


async def test_the_local_slack_shows_pictures_that_were_uploaded_whole_and_refuses_others(slack: Sandbox) -> None:
    client = client_of(slack)
    (file,) = await Uploads(client).of("a", [chart()])
    assert file
    assert (await client.chat_postMessage(channel="C0ALERTS", text="x", blocks=[picture(file)]))["ok"]
    assert await refused(client, "F0NOTHING") == "invalid_blocks"
    half = await client.files_getUploadURLExternal(filename="a.png", length=3)
    assert await refused(client, half["file_id"]) == "invalid_blocks"
    text = await client.files_upload_v2(content="no picture", filename="a.csv", title="Text")
    assert await refused(client, text["files"][0]["id"]) == "invalid_blocks"
    with pytest.raises(SlackApiError) as caught:
        await client.views_publish(user_id=JANA.id, view={"type": "home", "blocks": [picture("F0NOTHING")]})
    assert "invalid slack file" in str(caught.value.response["response_metadata"])
