"""Pure rules of the Home tab and of looking up: its state, a message's text, links, the manifest's domains."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.home.links import forms_of
from bot.home.shown import MOST, OPEN_FOR, Homes
from bot.home.text import people_in, question_in, typed
from bot.manifest import FILE, manifest_text, read_domains
from bot.messages.actions import HomeFilter
from bot.messages.catalog import HomeState


@given(st.sampled_from(HomeFilter), st.text(max_size=80), st.integers(1, 10**6))
def test_how_a_tab_is_turned_comes_back_as_it_went(which: HomeFilter, query: str, page: int) -> None:
    state = HomeState(which, query, page)
    assert HomeState.read(state.metadata) == state
    assert len(state.metadata) <= 3000


@pytest.mark.parametrize(
    "metadata", ["", "{}", "null", "[]", '{"filter": "new", "query": "", "page": 1}', '{"filter": "all", "query": "", "page": "x"}']
)
def test_a_tab_that_was_turned_by_another_version_begins_anew(metadata: str) -> None:
    assert HomeState.read(metadata) == HomeState()


def test_a_tab_that_nobody_turned_for_a_while_is_left_alone_and_few_are_remembered() -> None:
    at = 0.0
    homes = Homes(lambda: at)
    homes.turned("U1", HomeState(page=2))
    assert homes.state_of("U1") == HomeState(page=2)
    assert homes.turned("U1", HomeState(page=3)) is homes.turned("U1", HomeState(page=3))
    at = OPEN_FOR
    assert homes.state_of("U1") is None
    for number in range(MOST + 1):
        homes.turned(f"U{number}", HomeState())
    assert homes.state_of("U0") is None
    assert homes.state_of(f"U{MOST}") == HomeState()


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<@U1> and <@U2|two> and <@U3>", "@Jana and @two and @U3"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<https://x.example|our page> <https://y.example/?a=1&amp;b=2>", "our page https://y.example/?a=1&b=2"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<!here> <!subteam^S1|@team> <!date^1|today>", "@here @team today"),
    ],
)
def test_a_stored_text_as_somebody_would_have_typed_it(stored: str, shown: str) -> None:
    assert typed(stored, {"U1": "Jana"}) == shown


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(typed(text, {}), str)
    assert isinstance(question_in(text), str)


def test_what_is_asked_in_a_mention() -> None:
    assert people_in("<@U1> <@U2|x> <@U1>") == ("U1", "U2")
    assert question_in("  <@U0BOT>, <http://acme.example|acme.example>?\n") == "acme.example"
    assert question_in("how is\nAcme &amp; Co <@U0BOT>!") == "how is Acme & Co"
    assert question_in("<@U0BOT>") == ""


def test_what_may_stand_in_the_crm_for_a_link_the_closest_first() -> None:
    assert forms_of("HTTPS://CRM.example/A/1/?a=1&amp;b=2#x") == (
        "HTTPS://CRM.example/A/1/?a=1&b=2#x",
        "https://crm.example/A/1/?a=1&b=2",
        "https://crm.example/A/1",
        "https://crm.example/A/1/",
    )
    assert forms_of("https://[") == ()


def test_the_manifest_names_the_domains_of_the_settings(tmp_path: Path) -> None:
    settings = tmp_path / "staysail.yml"
    settings.write_text('crm: {url: "${SECRET}", domains: [crm.example, eu.crm.example]}\nnonsense: 1\n')
    assert read_domains(settings) == ("crm.example", "eu.crm.example")
    for http in (None, "https://stay.example"):
        found = yaml.safe_load(manifest_text(http, domains=read_domains(settings)))
        assert found["features"]["unfurl_domains"] == ["crm.example", "eu.crm.example"]
        assert found["settings"]["socket_mode_enabled"] == (http is None)
    assert manifest_text() == FILE.read_text("utf-8")


def test_slack_is_asked_to_tell_of_links_only_together_with_their_domains() -> None:
    for domains in ([], ["crm.example"]):
        found = yaml.safe_load(manifest_text(domains=domains))
        told = "link_shared" in found["settings"]["event_subscriptions"]["bot_events"]
        assert told == ("unfurl_domains" in found["features"]) == ("links:write" in found["oauth_config"]["scopes"]["bot"]) == bool(domains)


@pytest.mark.parametrize(("text", "domains"), [("channels: {}\n", ()), ("crm: 3\n", ()), ("crm: {kind: sql}\n", ())])
def test_settings_without_domains(tmp_path: Path, text: str, domains: tuple[str, ...]) -> None:
    (tmp_path / "staysail.yml").write_text(text)
    assert read_domains(tmp_path / "staysail.yml") == domains


@pytest.mark.parametrize("text", ["crm: {domains: [CRM]}\n", "crm: {domains: [a.b, b.c, c.d, d.e, e.f, f.g]}\n", "crm: {domains: [a.bc\n"])
def test_wrong_domains_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "staysail.yml").write_text(text)
    with pytest.raises(InvalidInput, match=r"staysail\.yml"):
        read_domains(tmp_path / "staysail.yml")
