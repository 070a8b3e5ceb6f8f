"""The filters: what they make of names, numbers, money and times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.messages.mrkdwn import BREAK, bold, code, fit, link, mention, mrkdwn, plain, when
from bot.messages.numbers import (
    ago,
    day,
    duration,
    exact,
    in_days,
    money,
    number,
    percent,
    span,
    spark,
)
from bot.messages.words import signal, words

NOW = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Northwind Traders", "Northwind Traders"),
        ("<!channel> & Co", "&lt;!channel&gt; &amp; Co"),
        ("&amp; &lt;", "&amp;amp; &amp;lt;"),
        ("*bold* _it_ ~no~ `x`", "*.bold*. _.it_. ~.no~. `.x`.".replace(".", BREAK)),
        ("{{7*7}}", f"{{{{7*{BREAK}7}}}}"),
        ("> quoted", f"{BREAK}&gt; quoted"),
        ("• point", f"{BREAK}• point"),
        ("two\r\nlines\u2028three\ttabs", "two lines three tabs"),
        ("gnp\u202e.exe\u2066\u200f\u061c", "gnp.exe"),
        ("bell\x07 null\x00 \ud800half", "bell null half"),
        ("  wide\u00a0 space  ", "wide space"),
        ("@here :tada: #general", "@here :tada: #general"),
        (42, "42"),
    ],
)
def test_someone_elses_text_is_shown_and_does_nothing(text: object, shown: str) -> None:
    assert mrkdwn(text) == shown


def test_a_long_name_is_cut_before_it_is_escaped() -> None:
    assert mrkdwn("&" * 300) == "&amp;" * 149 + "…"
    assert mrkdwn("x" * 150) == "x" * 150
    assert mrkdwn("name here", 5) == "name…"


def test_plain_text_pings_nobody_even_where_it_is_read_naively() -> None:
    assert plain("<!channel> & *Co*") == f"<{BREAK}!channel> & *Co*"
    assert len(plain("<" * 300, 75)) == 75


def test_a_mark_in_a_name_cannot_end_our_bold() -> None:
    assert bold(mrkdwn("Northwind")) == "*Northwind*"
    assert bold(mrkdwn("North*wind")) == f"North*{BREAK}wind"
    assert bold("") == ""


def test_code_ends_where_we_end_it() -> None:
    assert code("a_b < `c`") == "`a_b &lt; 'c'`"
    assert code("\n") == "` `"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://crm.example/a?b=1&c=2", "https://crm.example/a?b=1&amp;c=2"),
        ("https://x.example/<@U1>|y z\"'", "https://x.example/%3C@U1%3E%7Cy%20z%22%27"),
        ("HTTP://x.example", "HTTP://x.example"),
    ],
)
def test_a_link_leads_where_it_says(url: str, target: str) -> None:
    assert link(url, "A & B") == f"<{target}|A &amp; B>"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "mailto:a@b",
        "crm.example",
        "https://",
        "http://[",
        "https://x/" + "y" * 2000,
    ],
)
def test_what_is_no_web_address_is_no_link(url: str | None) -> None:
    assert link(url, "A|B") == "A|B"


def test_a_label_cannot_end_its_link() -> None:
    assert link("https://x.example", "A|B>") == "<https://x.example|A¦B&gt;>"


def test_only_an_id_becomes_a_mention() -> None:
    assert mention("U0ANNA") == "<@U0ANNA>"
    assert mention("!channel") == "!channel"
    assert mention("U1> <!here") == "U1&gt; &lt;!here"


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    assert when(NOW) == "<!date^1795425120^{date_short_pretty} at {time}|23 Nov 2026 09:12 UTC>"
    with pytest.raises(ValueError, match="without a zone"):
        when(NOW.replace(tzinfo=None))


def test_long_lists_are_cut_at_a_lines_end_and_counted() -> None:
    assert fit("one\n\n  two  \nthree\n") == "one\ntwo\nthree"
    assert fit("12345\n" * 10, limit=20) == "12345\n12345\n12345\nand 7 more"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (41.0, "41"),
        (41.2, "41"),
        (4.2, "4.2"),
        (4.0, "4"),
        (0.625, "0.62"),
        (9.97, "10"),
        (0.999, "1"),
        (1234, "1,234"),
        (0, "0"),
        (-0.001, "0"),
        (-3.5, "−3.5"),
    ],
)
def test_numbers_are_as_long_as_they_need_to_be(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5994, "0.5994"),
        (0.6, "0.6"),
        (17.25, "17.25"),
        (48000.4, "48,000"),
        (7.0, "7"),
        (-2, "−2"),
    ],
)
def test_exact_numbers_show_on_which_side_of_a_limit_they_are(value: float, shown: str) -> None:
    assert exact(value) == shown


def test_shares_are_percents_with_a_true_minus() -> None:
    assert (percent(-0.587), percent(0.62), percent(0), percent(0.004)) == (
        "−59 %",
        "62 %",
        "0 %",
        "0.4 %",
    )


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (48000, "EUR", "€48,000"),
        (48000, "czk", "48,000 CZK"),
        (950.4, "USD", "$950"),
        (5, None, "5"),
        (-20, "GBP", "−£20"),
        (5, "<!here>", "5"),
    ],
)
def test_money_is_shown_as_people_write_it(amount: float, currency: str | None, shown: str) -> None:
    assert money(amount, currency) == shown


def test_days_and_spans_are_words() -> None:
    assert day(date(2027, 3, 12)) == "12 Mar 2027"
    assert [in_days(n) for n in (0, 1, 34, -1, -3)] == [
        "today",
        "tomorrow",
        "in 34 days",
        "yesterday",
        "3 days ago",
    ]
    assert [span(n) for n in (56, 14, 10, 7, 1)] == [
        "8 weeks",
        "2 weeks",
        "10 days",
        "week",
        "1 day",
    ]
    lengths = [
        timedelta(seconds=40),
        timedelta(minutes=25),
        timedelta(hours=30),
        timedelta(days=3),
        timedelta(-1),
    ]
    assert [duration(length) for length in lengths] == [
        "40 s",
        "25 min",
        "30 h",
        "3 days",
        "0 s",
    ]
    assert (ago(NOW, NOW), ago(NOW - timedelta(hours=2), NOW)) == (
        "just now",
        "2 h ago",
    )


def test_a_trend_is_drawn_from_zero_and_shows_gaps() -> None:
    assert spark((0, 5, None, 10)) == "▁▅·█"
    assert spark((0.0, 0.0)) == "▁▁"
    assert spark((None, None)) == "··"


def test_names_of_ours_become_words() -> None:
    assert words("usage-drop") == "Usage drop"
    values = [None, True, 0.4126, date(2026, 11, 22), "<b>"]
    assert [signal(value) for value in values] == [
        "unknown",
        "yes",
        "0.4126",
        "22 Nov 2026",
        "&lt;b&gt;",
    ]
