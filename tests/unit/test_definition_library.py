"""The built-in playbooks, and how they go with one's own."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from textwrap import indent
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from sqlalchemy import literal, true

from bot.accounts.catalogue import Catalogue, Kind, Signal
from bot.accounts.fields import Fields
from bot.accounts.signals import Signals
from bot.connectors.ports import Metric
from bot.errors import InvalidInput
from bot.letters.library import Letters
from bot.playbooks.cadence import with_reviews
from bot.playbooks.definition import AlertKind, Known, library
from bot.playbooks.definition.form import Form
from bot.playbooks.loading import CARDS
from bot.playbooks.match import Held
from bot.playbooks.steps import STEPS
from bot.playbooks.triggers import KEYED
from bot.playbooks.triggers import PLAIN as PLAIN_TRIGGERS
from bot.settings import load_settings
from bot.surveys.library import load_surveys
from tests.playbooks import load_playbooks
from tests.unit.test_definition import CATALOGUE, GOOD, KNOWN

DOCS = Path(__file__).parents[2] / "docs"
RISKS = ["gone-silent", "renewal-risk", "usage-drop"]
BUILT_IN = [
    *("anniversary", "ces-integration", "ces-ticket", "champion-thanks", "csat-onboarding", "detractor-follow-up", "gone-silent"),
    *("health-drop", "nps-half-yearly", "nps-renewal", "onboarding-b2b", "renewal-risk", "review-due", "trial-ending", "usage-drop"),
]
FENCED = re.compile(r"^```yaml (playbook|steps|staysail)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SURVEYS = frozenset(survey.name for survey in load_surveys(None))
LETTERS = frozenset(Letters(None).common)


def everything() -> Catalogue:
    """What a team has that gives no more than the columns we know and a metric called active_users."""
    metric = Metric("active_users", "usage", "account", "day", "n", "avg", 14, 56, 28, "Active users")
    signals = Signals(date(2026, 3, 31), {"active_users": metric}, {}, Fields({}, {"onboarded_on": Kind.date}, ZoneInfo("UTC")))
    segment = Signal("new_customers", Kind.boolean, true(), "segments", segment="new-customers")
    known = signals.extended([segment, Signal("health", Kind.number, literal(50.0), "health")])
    return with_reviews(known, (), ZoneInfo("UTC")).catalogue


PLAIN = Known(CARDS, LETTERS, {"onboarded_on": Kind.date}, frozenset({"new-customers"}), surveys=SURVEYS)


def examples(form: str) -> list[Any]:
    """The examples of a form in the documents, with the file and the line where each begins."""
    found = []
    for file in sorted(DOCS.rglob("*.md")):
        text = file.read_text(encoding="utf-8")
        for match in FENCED.finditer(text):
            place = f"{file.relative_to(DOCS)}:{text.count(chr(10), 0, match.start()) + 1}"
            found += [pytest.param(match[2], id=place)] if match[1] == form else []
    return found


def test_the_library_is_all_there_and_each_has_its_page() -> None:
    assert [file.name.removesuffix(".yml") for file in library()] == BUILT_IN
    assert sorted(file.stem for file in (DOCS / "playbooks").glob("*.md")) == BUILT_IN
    reference = (DOCS / "playbooks.md").read_text(encoding="utf-8")
    assert all(f"(playbooks/{name}.md)" in reference for name in BUILT_IN)


def test_each_of_the_library_needs_no_more_than_every_team_has(tmp_path: Path) -> None:
    playbooks = load_playbooks(tmp_path, everything(), PLAIN, enable=BUILT_IN)
    assert [playbook.name for playbook in playbooks] == BUILT_IN
    assert all(playbook.built_in for playbook in playbooks)


def test_the_risks_come_and_go_by_themselves(tmp_path: Path) -> None:
    playbooks = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=RISKS)
    assert all(playbook.recovered_when and playbook.severity for playbook in playbooks)


def test_without_e_mail_those_with_letters_say_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no e-mail is set up .*add the section `email:`"):
        load_playbooks(tmp_path, everything(), replace(PLAIN, letters=None), enable=["onboarding-b2b"])


@pytest.mark.parametrize("text", examples("playbook"))
def test_the_playbooks_of_the_documents_load(tmp_path: Path, text: str) -> None:
    (tmp_path / "example.yml").write_text(text, encoding="utf-8")
    assert len(load_playbooks(tmp_path, everything(), PLAIN)) == 1


@pytest.mark.parametrize("text", examples("steps"))
def test_the_steps_of_the_documents_load(tmp_path: Path, text: str) -> None:
    head = "playbook: example\nversion: 1\nabout: An example\nkind: risk\ntrigger: manual\nsteps:\n"
    (tmp_path / "example.yml").write_text(head + indent(text, "  "), encoding="utf-8")
    assert len(load_playbooks(tmp_path, everything(), PLAIN)) == 1


@pytest.mark.parametrize("text", examples("staysail"))
def test_the_settings_of_the_documents_load(tmp_path: Path, text: str) -> None:
    base = {"channels": {"alerts": "#cs-alerts"}, "crm": {"url": "sqlite:///crm.db", "accounts": "SELECT * FROM accounts"}}
    (tmp_path / "staysail.yml").write_text(json.dumps(base | yaml.safe_load(text)), encoding="utf-8")
    secrets = [f"{name}_PASSWORD" for name in ("CRM", "USAGE", "SMTP", "ANSWERS", "CALENDAR")]
    variables = dict.fromkeys([*secrets, "STAYSAIL_URL", "STAYSAIL_SECRET"], "x")
    assert load_settings(tmp_path / "staysail.yml", variables)


def test_every_step_trigger_key_and_card_is_in_the_reference() -> None:
    reference = (DOCS / "playbooks.md").read_text(encoding="utf-8")
    assert {name for name in STEPS if f"### {name}\n" not in reference} == {"goal", "stop"}
    assert "### goal and stop\n" in reference
    assert all(f"`{{{name}: " in reference for name in KEYED)
    assert all(
        f"| `{name}` |" in reference for name in (*PLAIN_TRIGGERS, *(field.alias or name for name, field in Form.model_fields.items()))
    )
    assert all(f"`{name}`" in reference for name in (*CARDS, *LETTERS, *AlertKind, *Held))


def test_usage_drop_is_as_the_design_has_it(tmp_path: Path) -> None:
    (drop,) = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-drop"])
    assert drop.when.text == ("active_users.ratio < 0.6 AND active_users.baseline >= 5 AND stage IN ('adoption', 'growth')")
    assert drop.recovered_when is not None
    assert drop.recovered_when.text == "active_users.ratio >= 0.8"
    assert drop.once_per == timedelta(days=21)
    assert drop.place == "library/usage-drop.yml:1"


def test_ones_own_stand_beside_the_library_in_the_order_of_enable(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD)
    playbooks = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-drop", "price-shock", "usage-drop"])
    assert [playbook.name for playbook in playbooks] == ["usage-drop", "price-shock"]


def test_ones_own_takes_the_place_of_a_library_playbook_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD.replace("price-shock", "usage-drop"))
    (mine,) = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-drop"])
    assert not mine.built_in
    assert mine.place == f"{tmp_path}/mine.yml:1"


def test_an_unknown_name_in_enable_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"staysail\.yml: enable: no playbook is called `usage-dorp` .*nearest: usage-drop"):
        load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-dorp"])


def test_a_metric_that_the_settings_lack_is_told_only_for_what_is_enabled(tmp_path: Path) -> None:
    without = Catalogue(signal for name, signal in CATALOGUE.items() if not name.startswith("active_users"))
    (tmp_path / "mine.yml").write_text(GOOD.replace("active_users.ratio < 0.5", "arr > 2"))
    assert len(load_playbooks(tmp_path, without, KNOWN, enable=["price-shock"])) == 1
    with pytest.raises(InvalidInput, match=r"library/usage-drop\.yml:6: `when`, column 1: unknown signal `active_users"):
        load_playbooks(tmp_path, without, KNOWN, enable=["usage-drop"])


def test_links_between_the_documents_lead_somewhere() -> None:
    for file in DOCS.rglob("*.md"):
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", file.read_text(encoding="utf-8")):
            place = (file.parent / target).resolve() if target else file
            assert place.exists(), f"{file}: {target}"
            titles = re.findall(r"^#+ (.+)$", place.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert not anchor or anchor in anchors, f"{file}: #{anchor}"
