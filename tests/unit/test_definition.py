"""Playbook files: what a good one becomes, and what each wrong one is told."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, Double, Text, column
from sqlalchemy.types import TypeEngine

from bot.accounts.catalogue import Catalogue, Kind, Signal
from bot.errors import InvalidInput
from bot.playbooks.definition import AlertKind, Known, Playbook
from bot.playbooks.steps import CardStep
from tests.playbooks import load_playbooks

TYPES: dict[Kind, TypeEngine[Any]] = {Kind.number: Double(), Kind.text: Text(), Kind.date: Date()}
NAMES = {
    Kind.number: ["arr", "seats", "renewal_days", "account_days"]
    + [f"active_users.{part}" for part in ("recent", "baseline", "ratio", "days_silent")],
    Kind.text: ["name", "stage", "plan"],
    Kind.date: ["renewal_on", "active_users.last_day"],
}
CATALOGUE = Catalogue(Signal(name, kind, column(name, TYPES[kind]), "test") for kind, names in NAMES.items() for name in names)
KNOWN = Known({"churn-risk"})
GOOD = """\
playbook: price-shock
version: 2
about: A large account uses little
kind: risk
trigger: sweep
when: arr > 1000 AND active_users.ratio < 0.5
steps:
  - card: churn-risk
"""


def load(folder: Path, text: str = GOOD, name: str = "mine.yml") -> list[Playbook]:
    (folder / name).write_text(text, encoding="utf-8")
    return load_playbooks(folder, CATALOGUE, KNOWN)


def refusal(folder: Path, text: str | bytes = GOOD) -> list[str]:
    """The findings, each beginning with its line."""
    (folder / "mine.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInput) as caught:
        load_playbooks(folder, CATALOGUE, KNOWN)
    return [str(finding).removeprefix(f"{folder / 'mine.yml'}:") for finding in caught.value.findings]


def test_a_good_file_becomes_a_playbook(tmp_path: Path) -> None:
    (playbook,) = load(tmp_path)
    assert (playbook.name, playbook.version, playbook.kind) == ("price-shock", 2, AlertKind.risk)
    assert playbook.when.signals == ("arr", "active_users.ratio")
    assert list(playbook.program.steps()) == [CardStep(card="churn-risk")]
    assert playbook.text == GOOD
    assert playbook.digest == sha256(GOOD.encode()).hexdigest()
    assert playbook.place == f"{tmp_path / 'mine.yml'}:1"


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    (playbook,) = load(tmp_path)
    assert playbook.once_per == timedelta(days=21)
    assert playbook.recovered_when is None
    assert playbook.priority is None
    assert playbook.severity is not None
    assert playbook.severity.text == "arr"


@pytest.mark.parametrize(("written", "meant"), [("12h", timedelta(hours=12)), ("2w", timedelta(14)), ("always", None)])
def test_once_per_is_a_length_of_time_or_always(tmp_path: Path, written: str, meant: timedelta | None) -> None:
    (playbook,) = load(tmp_path, f"{GOOD}once_per: {written}\n")
    assert playbook.once_per == meant


def test_numbers_and_booleans_of_yaml_are_expressions(tmp_path: Path) -> None:
    (playbook,) = load(tmp_path, GOOD.replace("arr > 1000 AND active_users.ratio < 0.5", "true") + "priority: 5\n")
    assert playbook.when.text == "true"
    assert playbook.priority is not None
    assert playbook.priority.text == "5"


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        (
            "playbook: price-shock",
            "playbook: Price Shock",
            "1: `playbook`: found `Price Shock` (allowed: a-z, 0-9 and -)",
        ),
        ("playbook: price-shock\n", "", "1: the key `playbook` is missing (add `playbook: …`)"),
        ("version: 2", "version: two", "2: `version`: found `two` (allowed: a whole number)"),
        ("version: 2", "version: 0", "2: `version`: found `0` (allowed: 1 or more)"),
        ("about: A large account uses little", "about:", "3: `about` has no value"),
        ("kind: risk", "kind: rsik", "4: `kind`: found `rsik` (allowed: expansion,"),
        ("kind: risk", "kind: [risk]", "4: `kind`: found a list (allowed: expansion,"),
        ("trigger: sweep", "trigger: daily", "5: `trigger`: found `daily` (allowed: sweep, manual, {event: …}"),
        ("when: arr >", "when: arrr >", "6: `when`, column 1: unknown signal `arrr` (nearest: arr)"),
        ("when: arr > 1000 AND", "when: >\n  arr > 1000 AND\n  arr AND", "6: `when`, "),
        ("active_users.ratio", "logins.ratio", "6: `when`, column 16: unknown signal `logins.ratio`"),
        (
            "when: arr > 1000 AND active_users.ratio < 0.5",
            "when: [arr]",
            "6: `when`: found a list (allowed: an expression",
        ),
        (
            "- card: churn-risk",
            "- card: churn",
            "8: `card`: no card is called `churn` (allowed: churn-risk; nearest: churn-risk)",
        ),
        ("- card: churn-risk", "- crad: churn-risk", "8: unknown step `crad` (allowed: card, email, goal, if, notify,"),
        ("- card: churn-risk", "- churn-risk", "8: found `churn-risk` where a step is needed"),
        ("- card: churn-risk", "- card: churn-risk\n    to: csm", "9: unknown key `to` (allowed: card, name)"),
        ("- card: churn-risk", "- card: {a: b}", "8: `card`: found `a: …` (allowed: text)"),
        ("steps:\n  - card: churn-risk", "steps: []", "7: `steps`: found a list (allowed: at least 1)"),
        (
            "steps:\n  - card: churn-risk",
            "steps: card",
            "7: `steps`: found `card` (allowed: a list of one-key mappings",
        ),
        ("steps:", "once_per: soon\nsteps:", "7: `once_per`: found `soon` (allowed: a whole number with"),
        ("steps:", "once_per: 0d\nsteps:", "7: `once_per`: found `0d`"),
        (
            "steps:",
            "priority: arr > 1\nsteps:",
            "7: `priority`, column 1: `arr > 1` is true or false; a number is needed",
        ),
        ("steps:", "severity: name\nsteps:", "7: `severity`, column 1: `name` is text; a number is needed"),
        ("steps:", "recovered_when:\nsteps:", "7: `recovered_when` has no value"),
        ("steps:", "recoverd_when: arr > 1\nsteps:", "7: unknown key `recoverd_when` (allowed: about,"),
        ("kind: risk", "kind: risk\nkind: gift", "5: the key `kind` stands twice (first on line 4)"),
        ("kind: risk", "kind: risk\n\ttrigger: x", "5: a tab stands where YAML allows only spaces"),
        ("about: A", "about: A: B", "3: not readable as YAML: mapping values are not allowed here"),
        ("about: A large account uses little", "about: 2026-99-99", "3: `2026-99-99` is not a plain value"),
        ("version: 2", "version: &two 2\nx: *two", "2: found an alias"),
        ("about: A", "about: !!python/object:os.system A", "3: `A large account uses little` is not a plain value"),
    ],
)
def test_a_wrong_line_is_told(tmp_path: Path, line: str, instead: str, said: str) -> None:
    assert line in GOOD
    assert refusal(tmp_path, GOOD.replace(line, instead))[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: found nothing where keys are needed"),
        ("# nothing\n", "1: found nothing"),
        ("{}", "1: found nothing"),
        ("- card: x\n", "1: found a list"),
        ("playbook\n", "1: found a single value"),
        (b"playbook: ok\nabout: \xff\xfe\n", "2: the file is not UTF-8"),
        ("#" * 70_000, "1: the file is too large"),
        ("[" * 1_000, "1: the file is nested too deeply"),
        ("a: 1\n---\nb: 2\n", "2: not readable as YAML: but found another document"),
        ("a: \x07\n", "1: not readable as YAML: special characters"),
        ("? [a]\n: x\n", "1: a key must be a single word"),
    ],
)
def test_a_file_that_is_no_playbook_is_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert refusal(tmp_path, text)[0].startswith(said)


def test_all_mistakes_of_a_file_are_told_in_their_order(tmp_path: Path) -> None:
    text = GOOD.replace("kind: risk", "kind: x").replace("arr", "arrr").replace("card:", "crad:") + "nope: 1\n"
    assert [finding.partition(":")[0] for finding in refusal(tmp_path, text)] == ["4", "6", "8", "9"]


def test_mistakes_of_several_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("playbook: x\n")
    (tmp_path / "notes.txt").write_text("not a playbook")
    said = "\n".join(refusal(tmp_path, GOOD.replace("2", "-2")))
    assert "2: `version`" in said
    assert "other.yaml:1: the key `version` is missing" in said
    assert "notes" not in said


def test_two_files_may_not_share_a_name(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text(GOOD)
    said = refusal(tmp_path)
    assert said[0] == f"1: `price-shock` is the name of another playbook too ({tmp_path}/other.yml:1) (choose another name)"
    assert len(said) == 2


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such folder"):
        load_playbooks(tmp_path / "nowhere", CATALOGUE, KNOWN)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"x\.yml:1: cannot be read"):
        load_playbooks([tmp_path / "x.yml"], CATALOGUE, KNOWN)


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text().map(str.encode), st.text(alphabet=" \t\n:-[]{}&*!|>'\"%@`#?,ab1").map(str.encode)))
def test_any_file_is_a_playbook_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_bytes(raw)
    with pytest.raises(InvalidInput):
        load_playbooks([file], CATALOGUE, KNOWN)
