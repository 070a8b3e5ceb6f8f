"""Puts what the sources told into the details that began with the database's own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.accounts.columns import ACCOUNT
from bot.charts.chart import Chart
from bot.details.gather import Answers, Gathered, Record, Tickets, Trends, Written
from bot.details.known import PRIVATE
from bot.messages import catalog as m
from bot.messages.catalog import SignalValue
from models import Account


def charts_in(gathered: Gathered) -> tuple[Chart, ...]:
    return tuple(chart for trends in gathered.of(Trends) for chart in trends.charts)


def filled(modal: m.DetailsModal, account: Account, gathered: Gathered, files: Sequence[str | None] = ()) -> m.DetailsModal:
    """`account` as the last sweep left it. `files`: Slack's ids of the charts, where there are any; without one the numbers are told."""
    records, charts = gathered.of(Record), charts_in(gathered)
    values = next((record.values for record in records if record.values is not None), None)
    pictures = [*files, *([None] * (len(charts) - len(files)))]
    live = m.LiveFacts(
        came=tuple(gathered.came),
        missing=gathered.missing,
        changes=_seen(modal, changes(account, values)) if values else (),
        written=() if modal.withheld else _written(gathered),
        gone=bool(records) and values is None,
        gone_on=modal.live.gone_on,
        charts=tuple(m.ChartFact(chart.title, chart.alt, file) for chart, file in zip(charts, pictures, strict=True)),
        tickets=tuple(ticket for some in gathered.of(Tickets) for ticket in some.tickets),
        answers=tuple(_answer(modal, answer) for some in gathered.of(Answers) for answer in some.answers),
    )
    return replace(modal, live=live, facts=_facts(modal, values))


def changes(account: Account, values: Mapping[str, SignalValue]) -> tuple[m.CrmChange, ...]:
    """What the CRM says now and did not say when it was last swept. The stage may be a playbook's: the CRM's own word is compared."""
    found = [m.CrmChange(name, _before(account, name), now) for name, now in values.items()]
    return tuple(change for change in found if _comparable(change.before) != _comparable(change.now))


def _written(gathered: Gathered) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for one in gathered.of(Written) for name, text in one.values.items() if text)


def _before(account: Account, name: str) -> Any:
    if name == "stage":
        return account.crm_stage
    return getattr(account, name) if name in ACCOUNT else account.extra.get(name)


def _comparable(value: Any) -> Any:
    """A date was kept as text among the columns that we have no name for."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _seen(modal: m.DetailsModal, found: Sequence[m.CrmChange]) -> tuple[m.CrmChange, ...]:
    return tuple(change for change in found if not (modal.withheld and change.name in PRIVATE))


def _answer(modal: m.DetailsModal, answer: m.Answer) -> m.Answer:
    return replace(answer, comment="") if modal.withheld else answer


def _facts(modal: m.DetailsModal, values: Mapping[str, SignalValue] | None) -> m.AccountFacts | None:
    """The account's facts as the CRM has them now."""
    if modal.facts is None or values is None:
        return modal.facts
    told: dict[str, Any] = {name: values[name] for name in ("renewal_on", "seats") if name in values}
    told |= {"plan": values.get("plan") or modal.facts.plan}
    if isinstance(arr := values.get("arr"), int | float) and not modal.withheld:
        currency = values.get("currency")
        told["arr"] = m.Money(arr, str(currency) if currency else None)
    return replace(modal.facts, **told)
