"""The library's playbooks on the sample company: each does what its page in docs/playbooks says, for whom it says, and for nobody else."""

import shutil
import sqlite3
from bisect import bisect_left
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.accounts.rows import extra_columns
from bot.alerts.lifecycle import resolve
from bot.alerts.record import act
from bot.database import Database
from bot.messages.actions import Outcome
from bot.playbooks.definition import library
from bot.playbooks.lint import lint
from bot.playbooks.status import promote
from bot.sandbox.company import build, build_company, live_on, settings_yaml
from bot.sandbox.company.story import Story
from bot.sandbox.company.usage import UsageRow, usage_rows
from bot.settings import Settings, load_settings
from bot.sources import crm_of, sweep_of
from jobs.report import Report
from models import Account, Alert, Contact, Dispatch, Event, Match, OutboxMessage, Play, Reason
from tests.conftest import on_postgresql, on_sqlite
from tests.integration.questions import VARIABLES

TODAY = date(2026, 11, 23)
LAST = TODAY + timedelta(days=40)
SHIPPED = [file.name.removesuffix(".yml") for file in library()]


@cache
def _all_usage(story: Story, today: date, seed: str) -> list[UsageRow]:
    return list(usage_rows(story, today, seed, LAST))


def remembered_usage(story: Story, today: date, seed: str, until: date | None = None) -> list[UsageRow]:
    """What `usage_rows` gives: with a later `until` the same rows come first. Reckoned once, for most tests live through the same days."""
    end = until or today
    assert end <= LAST
    found = _all_usage(story, today, seed)
    return found[: bisect_left(found, end.isoformat(), key=itemgetter(1))]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    build_company(folder, TODAY)
    return folder


@dataclass
class Sample:
    """The sample company, lived through in jumps of days."""

    folder: Path
    database: Database
    enable: tuple[str, ...] = ()
    lived: date = field(default=TODAY)

    def settings(self) -> Settings:
        file = self.folder / "staysail.yml"
        file.write_text(settings_yaml(self.folder, "smtp://127.0.0.1:1"), encoding="utf-8")
        return replace(load_settings(file, VARIABLES), enable=self.enable)

    def crm(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / "crm.db")) as crm, crm:
            crm.execute(statement)

    async def sweep(self, after: int = 0) -> Report:
        """`after` so many days."""
        day = TODAY + timedelta(days=after)
        live_on(self.folder, TODAY, self.lived, day)
        self.lived = day
        settings = self.settings()
        return await sweep_of(settings, self.database, clock.as_of(day.isoformat(), settings.zone)).run()

    async def rows(self, model: Any) -> list[Any]:
        return await self.database.read(lambda session: list(session.scalars(select(model).order_by(*model.__table__.primary_key))))

    async def letters(self) -> set[tuple[str, str]]:
        """(account, letter), each of which has its row in the outbox."""
        found = [dispatch for dispatch in await self.rows(Dispatch) if dispatch.kind == "letter"]
        posted = {message.subject: message.channel for message in await self.rows(OutboxMessage)}
        assert all(posted[f"dispatch:{dispatch.id}"] == f"mailto:{dispatch.recipient}" for dispatch in found)
        letters = [(dispatch.account_id, dispatch.content["letter"]) for dispatch in found]
        assert len(set(letters)) == len(letters), "none twice"
        return set(letters)

    async def told(self) -> set[tuple[str, str]]:
        """(account, channel) of the notices."""
        return {(d.account_id, d.recipient) for d in await self.rows(Dispatch) if d.kind == "notice"}

    async def cards(self) -> set[tuple[str, str, str]]:
        """(account, card, state)"""
        return {(alert.account_id, alert.card, alert.state) for alert in await self.rows(Alert)}

    async def ends(self, playbook: str) -> dict[str, str | None]:
        return {play.account_id: play.end_reason for play in await self.rows(Play) if play.playbook == playbook}

    async def held(self, playbook: str) -> dict[str, str]:
        return {match.account_id: match.held for match in await self.rows(Match) if match.held and match.playbook == playbook}

    async def happens(self, name: str, account: str, contact: str = "", after: int = 0) -> None:
        at = clock.as_of((TODAY + timedelta(days=after)).isoformat(), self.settings().zone)()
        event = {"key": f"{name} {account} {contact} {after}", "name": name, "account_id": account, "contact_id": contact, "at": at}
        await self.database.run(lambda session: session.add(Event(**event)))

    async def resolve(self, account: str, card: str) -> None:
        (alert,) = [alert for alert in await self.rows(Alert) if (alert.account_id, alert.card, alert.closed_at) == (account, card, None)]
        at = alert.opened_at + timedelta(hours=1)
        await self.database.run(act, alert.id, lambda seen: resolve(seen, "U0WEI", Outcome.SAVED, at), "U0WEI", at)


@pytest.fixture
def sample(built: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sample:
    monkeypatch.setattr(build, "usage_rows", remembered_usage)
    folder = tmp_path / "sample"
    shutil.copytree(built, folder)
    return Sample(folder, database)


async def test_each_is_in_order_and_wise_on_the_sample_company(sample: Sample) -> None:
    await sample.sweep()
    settings = sample.settings()
    files: Any = library()
    count, warnings = await sample.database.read(lint, settings, files, extra_columns(crm_of(settings)))
    assert (count, [str(warning) for warning in warnings]) == (len(SHIPPED), [])


@on_postgresql
async def test_all_together_on_the_first_day_post_no_card_beside_those_of_the_risks(sample: Sample) -> None:
    risks = ("usage-drop", "gone-silent", "renewal-risk")
    reviews = {"review-due"}  # of which none was held so far
    sample.enable = (*risks, *(name for name in SHIPPED if name not in {*risks, *reviews}))
    report = await sample.sweep()
    assert (report.opened, "budget" in report.suppressed) == (12, False)
    assert {card for _, card, _ in await sample.cards()} == {"churn-risk"}
    for day in (1, 3):
        await sample.sweep(day)
    assert {(account, card) for account, card, _ in await sample.cards() if card != "churn-risk"} == {("a-1006", "health-drop")}


@on_sqlite
async def test_health_drop_waits_a_day_and_leaves_alone_who_has_another_risk_alert(sample: Sample) -> None:
    sample.enable = ("health-drop",)
    await sample.sweep()
    assert await sample.cards() == set()
    low = set(await sample.ends("health-drop"))
    assert {"a-1001", "a-1101", "a-1006"} < low
    assert not low & {"a-1003", "a-1106", "a-1310", "a-1211"}, "healthy, near misses, a trial, a new customer"
    await sample.sweep(1)
    assert await sample.cards() == {(account, "health-drop", "open") for account in low}
    recovers = "a-1202"
    await sample.sweep(25)
    assert (recovers, "health-drop", "recovered") in await sample.cards()
    assert ("a-1001", "health-drop", "open") in await sample.cards()


@on_sqlite
async def test_health_drop_stays_away_where_another_risk_has_its_card(sample: Sample) -> None:
    sample.enable = ("usage-drop", "gone-silent", "health-drop")
    await sample.sweep()
    await sample.sweep(1)
    cards = await sample.cards()
    with_card = {account for account, card, _ in cards if card == "churn-risk"}
    assert "a-1001" in with_card
    assert {account for account, card, _ in cards if card == "health-drop"} == set(await sample.ends("health-drop")) - with_card
    assert (await sample.ends("health-drop"))["a-1001"] == "exit"
    assert set((await sample.held("health-drop")).values()) <= {"open", "quiet", "unless"}


@on_sqlite
async def test_onboarding_writes_to_the_new_and_hands_the_stuck_over_to_a_person(sample: Sample) -> None:
    sample.enable = ("onboarding-b2b",)
    stuck, slow, quick = "a-1211", "a-1411", "a-1305"
    await sample.sweep()
    plays = await sample.ends("onboarding-b2b")
    assert set(plays) == {stuck, slow, quick, "a-1110"}, "those in activation for at most 30 days"
    assert (plays[quick], plays[stuck]) == ("goal", None)
    assert await sample.letters() == {(stuck, "welcome"), (slow, "welcome")}
    await sample.sweep(1)
    assert (stuck, "first-steps") in await sample.letters()
    await sample.sweep(7)
    assert (stuck, "check-in") not in await sample.letters(), "they have seven days"
    await sample.sweep(8)
    assert {(stuck, "check-in"), (slow, "check-in")} <= await sample.letters()
    assert await sample.cards() == set()
    await sample.sweep(15)
    assert (stuck, "handover") in await sample.letters()
    assert await sample.cards() == {(stuck, "task", "open")}
    assert (await sample.ends("onboarding-b2b"))[slow] == "goal"
    assert (slow, "handover") not in await sample.letters()
    (task,) = await sample.rows(Alert)
    assert task.deadline == task.opened_at + timedelta(days=3)
    assert {"a-1011", "a-1113"} <= set(await sample.ends("onboarding-b2b")), "those who signed meanwhile"
    await sample.sweep(40)
    assert [play.account_id for play in await sample.rows(Play)].count(stuck) == 1, "once"


@on_sqlite
async def test_a_trial_is_written_to_a_week_before_its_end_and_a_person_asks_three_days_before(sample: Sample) -> None:
    sample.enable = ("trial-ending",)
    buys, leaves, later = "a-1210", "a-1406", "a-1310"
    await sample.sweep()
    await sample.sweep(1)
    assert await sample.letters() == set()
    await sample.sweep(2)
    assert await sample.letters() == {(buys, "trial-ending")}
    await sample.sweep(5)
    assert await sample.cards() == set()
    await sample.sweep(6)
    assert await sample.cards() == {(buys, "trial-ending", "open")}
    await sample.sweep(9)
    assert await sample.cards() == {(buys, "trial-ending", "recovered")}, "they bought"
    assert await sample.letters() == {(buys, "trial-ending"), (leaves, "trial-ending")}
    await sample.sweep(13)
    await sample.sweep(17)
    assert await sample.cards() == {(buys, "trial-ending", "recovered"), (leaves, "trial-ending", "ended")}
    assert later not in await sample.ends("trial-ending")


@on_sqlite
async def test_a_trial_that_is_prolonged_leaves_and_is_written_to_before_its_new_end(sample: Sample) -> None:
    sample.enable = ("trial-ending",)
    await sample.sweep()
    await sample.sweep(2)
    sample.crm("UPDATE accounts SET renewal_on = '2026-12-08' WHERE id = 'a-1210'")
    await sample.sweep(3)
    assert (await sample.ends("trial-ending"))["a-1210"] == "exit"
    await sample.sweep(6)
    assert await sample.cards() == set()
    await sample.sweep(8)
    assert [dispatch.content["letter"] for dispatch in await sample.rows(Dispatch)] == ["trial-ending"] * 2


@on_sqlite
async def test_an_anniversary_is_thanked_for_unless_a_risk_is_open(sample: Sample) -> None:
    sample.enable = ("anniversary",)
    await sample.sweep()
    assert (await sample.letters(), await sample.told()) == (set(), set())
    await sample.sweep(14)
    assert await sample.letters() == {("a-1504", "anniversary")}
    assert await sample.told() == {("a-1504", "#cs-alerts")}, "the CSM is not in this Slack: where the account's alerts go"
    await sample.sweep(15)
    assert len(await sample.letters()) == 1


@on_sqlite
async def test_the_end_of_a_trial_is_no_renewal_at_risk(sample: Sample) -> None:
    sample.enable = ("renewal-risk",)
    await sample.sweep(19)
    trials = {account.id for account in await sample.rows(Account) if account.stage == "trial"}
    assert trials
    assert not trials & {account for account, _, _ in await sample.cards()}


@on_sqlite
async def test_an_anniversary_waits_for_a_pressing_matter(sample: Sample) -> None:
    sample.enable = ("renewal-risk", "anniversary")
    await sample.sweep()
    await sample.sweep(22)
    assert ("a-1009", "anniversary") in await sample.letters()
    assert ("a-1104", "anniversary") not in await sample.letters()
    assert await sample.held("anniversary") == {"a-1104": "unless"}


async def contacts(sample: Sample, account: str, **values: Any) -> list[str]:
    """Their ids. `values` are set for all of them."""

    def work(session: Session) -> list[str]:
        if values:
            session.execute(update(Contact).where(Contact.account_id == account).values(values))
        return list(session.scalars(select(Contact.id).where(Contact.account_id == account).order_by(Contact.id)))

    return await sample.database.run(work)


@on_sqlite
async def test_an_unhappy_answer_gets_a_card_and_a_letter_and_the_managers_when_nobody_helps(sample: Sample) -> None:
    sample.enable = ("detractor-follow-up",)
    await sample.sweep()
    first, second = "a-1302", "a-1402"
    for account in (first, second):
        await sample.happens("nps_detractor", account, (await contacts(sample, account, opted_out=False))[0])
    await sample.happens("nps_promoter", "a-1005")
    report = await sample.sweep(0)
    assert (report.opened, report.letters) == (2, 2)
    assert await sample.cards() == {(first, "unhappy-answer", "open"), (second, "unhappy-answer", "open")}
    assert await sample.letters() == {(first, "sorry-follow-up"), (second, "sorry-follow-up")}
    assert {d.contact_id for d in await sample.rows(Dispatch) if d.kind == "letter"} == {f"{first}-c1", f"{second}-c1"}
    await sample.resolve(first, "unhappy-answer")
    await sample.sweep(1)
    await sample.sweep(2)
    assert {(account, card) for account, card, state in await sample.cards() if state == "open"} == {
        (second, "unhappy-answer"),
        (second, "task"),
    }
    (task,) = [alert for alert in await sample.rows(Alert) if alert.card == "task"]
    (reason,) = [reason for reason in await sample.rows(Reason) if reason.alert_id == task.id]
    assert reason.cause["whom"] == "managers"


@on_sqlite
async def test_an_unhappy_answer_of_somebody_who_opted_out_still_gets_its_card(sample: Sample) -> None:
    sample.enable = ("detractor-follow-up",)
    await sample.sweep()
    (contact, *_) = await contacts(sample, "a-1302", bounced_at=clock.now())
    await sample.happens("nps_detractor", "a-1302", contact)
    await sample.sweep(0)
    assert (await sample.cards(), await sample.letters()) == ({("a-1302", "unhappy-answer", "open")}, set())


@on_sqlite
async def test_praise_is_thanked_for_once_in_half_a_year_and_not_while_a_risk_is_open(sample: Sample) -> None:
    sample.enable = ("usage-drop", "champion-thanks")
    await sample.sweep()
    happy, at_risk = "a-1302", "a-1101"
    for account in (happy, at_risk):
        await sample.happens("nps_promoter", account, (await contacts(sample, account, opted_out=False))[0])
    await sample.sweep(0)
    assert await sample.letters() == {(happy, "feedback-thanks")}
    assert {account for account, _ in await sample.told()} == {happy}
    assert (await sample.held("champion-thanks")) == {at_risk: "unless"}
    await sample.happens("nps_promoter", happy, f"{happy}-c1", after=40)
    await sample.sweep(40)
    assert len(await sample.letters()) == 1
    assert (await sample.rows(Account))[0].gone_at is None


@on_sqlite
async def test_a_shadow_of_the_onboarding_writes_to_nobody(sample: Sample) -> None:
    sample.enable = ("onboarding-b2b",)
    await sample.sweep()
    before = await sample.letters()
    await sample.database.run(promote, "onboarding-b2b", "shadow", "U0PETR", clock.now())
    await sample.sweep(2)
    assert "a-1011" in await sample.ends("onboarding-b2b")
    assert not {account for account, _ in await sample.letters() - before} & {"a-1011"}
