"""Triggers as a playbook file writes them: what each becomes, and what the wrong ones are told."""

from pathlib import Path

import pytest
from sqlalchemy import Date, Double, column

from bot.accounts.catalogue import Catalogue, Kind, Signal
from bot.documents.source import read_source
from bot.playbooks.triggers import Trigger, parse_trigger, trigger_in_words, watched_segments

CATALOGUE = Catalogue(
    [
        Signal("renewal_on", Kind.date, column("renewal_on", Date()), "test"),
        Signal("started_on", Kind.date, column("started_on", Date()), "test"),
        Signal("arr", Kind.number, column("arr", Double()), "test"),
    ]
)
SEGMENTS = {"new-customers", "big"}


def read(folder: Path, text: str) -> tuple[Trigger | None, list[str]]:
    file = folder / "p.yml"
    file.write_text(f"playbook: p\ntrigger: {text}\n")
    source = read_source(file)
    trigger = parse_trigger(source.value["trigger"], source, ("trigger",), CATALOGUE, SEGMENTS)
    return trigger, [str(finding).removeprefix(f"{file}:") for finding in source.findings]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sweep", "whenever its condition becomes true"),
        ("manual", "when a person starts it"),
        ("{event: ticket_solved}", "when the event ticket_solved comes"),
        ('{date: "renewal_on - 30d"}', "on the day renewal_on - 30d"),
        ("{anniversary: started_on}", "every year on the day of started_on"),
        ('{schedule: "0 9 * * MON"}', "at the times 0 9 * * MON"),
        ('{schedule: "0 9 * * MON", segment: big}', "at the times 0 9 * * MON, for big"),
        ("{enters: new-customers}", "when an account enters new-customers"),
        ("{leaves: big}", "when an account leaves big"),
    ],
)
def test_every_form_is_read_and_said_in_words(tmp_path: Path, text: str, words: str) -> None:
    trigger, findings = read(tmp_path, text)
    assert findings == []
    assert trigger is not None
    assert trigger_in_words(trigger) == words


def test_only_entries_and_exits_need_their_segments_watched(tmp_path: Path) -> None:
    found = [read(tmp_path, text)[0] for text in ("sweep", '{schedule: "0 9 * * *", segment: big}', "{enters: new-customers}")]
    assert watched_segments(trigger for trigger in found if trigger) == {"new-customers"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hourly", ["`trigger`: found `hourly`", "sweep, manual, {event: …}"]),
        ("event", ["`trigger`: found `event`", "nearest: {event: …}"]),
        ("[sweep]", ["`trigger`: found a list", "sweep, manual"]),
        ("{evnt: x}", ["unknown trigger `evnt`", "nearest: event"]),
        ("{event: a, date: renewal_on}", ["found two triggers, `event` and `date`", "second playbook"]),
        ("{event: Ticket Solved}", ["`event`: found `Ticket Solved`", "ticket_solved"]),
        ("{event: a, at: b}", ["unknown key `at`", "event"]),
        ("{event: 5}", ["`event`: found `5`", "text"]),
        ("{date: renewl_on}", ["`date`: column 1: unknown signal `renewl_on`", "nearest: renewal_on"]),
        ("{date: arr}", ["`date`: column 1: `arr` is a number; a date is needed", "renewal_on - 30d"]),
        ("{date: TODAY}", ["`date`: column 1: it is the same day for every account"]),
        ("{date: renewal_on - arr}", ["`arr` cannot be added to a date"]),
        ("{date: }", ["`date` has no value"]),
        ("{date: renewal_on -}", ["`date`: column"]),
        ("{anniversary: arr}", ["`anniversary`: column 1: `arr` is a number"]),
        ("{schedule: daily}", ["`schedule`: found 1 fields", "0 9 * * MON"]),
        ('{schedule: "0 9 30 2 *"}', ["never comes"]),
        ('{schedule: "0 9 * * *", segment: bigg}', ["`segment`: no segment is called `bigg`", "nearest: big"]),
        ("{enters: new_customers}", ["`enters`: no segment is called `new_customers`", "nearest: new-customers"]),
        ("{leaves: nobody}", ["`leaves`: no segment is called `nobody`", "allowed: big, new-customers"]),
    ],
)
def test_a_wrong_one_is_told_with_its_line_and_a_cure(tmp_path: Path, text: str, said: list[str]) -> None:
    trigger, findings = read(tmp_path, text)
    assert trigger is None
    (finding,) = findings
    assert finding.startswith("2: ")
    for words in said:
        assert words in finding
