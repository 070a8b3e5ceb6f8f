"""What the digest, the week and the notice of a demotion say."""

from dataclasses import replace

from bot.messages.catalog import Digest
from bot.messages.catalog.digest_examples import DEMOTED, DIGEST, DIGEST_EXAMPLES, OPEN, TASK, WEEK
from bot.messages.catalog.duty_examples import DUTY_EXAMPLES
from bot.messages.render import render
from tests.unit.test_messages_wording import buttons, seen


def test_each_line_has_the_buttons_of_what_it_needs() -> None:
    assert buttons(DIGEST) == [
        *("Take it", "Details"),
        *("Resolve…", "Details"),
        *("Take it", "Details"),
        *("Done…", "Details"),
        *("Take it", "Details"),
    ]


def test_a_line_says_until_when() -> None:
    assert "· to be taken by <!date^" in seen(Digest(day=DIGEST.day, lines=(OPEN,), total=1))
    assert "· was to be taken by <!date^" in seen(Digest(day=DIGEST.day, lines=(replace(OPEN, overdue=True),), total=1))
    assert "· overdue since <!date^" in seen(Digest(day=DIGEST.day, lines=(TASK,), total=1))


def test_lists_are_cut_and_counted() -> None:
    said = seen(DIGEST_EXAMPLES["digest-of-many"])
    assert said.count("and 332 more: `/stay risks`") == 1
    assert "and 595 more" in said
    assert "and 94 more" in said
    assert len(render(DIGEST_EXAMPLES["digest-of-many"]).blocks) <= 50


def test_reminders_are_cut_and_counted() -> None:
    many = DUTY_EXAMPLES["reminders-for-managers-many"]
    assert seen(many).startswith("*Nobody has taken these 24 alerts*")
    assert "and 14 more: `/stay risks`" in seen(many)
    assert buttons(many) == [*("Take it", "Assign…", "Details"), *("Take it", "Hand over…", "Details")] * 5
    assert buttons(DUTY_EXAMPLES["reminders-of-tasks"]) == ["Done…", "Snooze…", "Details"] * 2


def test_money_that_may_not_be_seen_leaves_no_trace() -> None:
    assert "ARR" not in seen(DIGEST_EXAMPLES["digest-with-one"])
    assert "ARR" not in seen(DIGEST_EXAMPLES["week-in-a-shared-channel"])
    assert "*ARR saved*\n€168,000 (before: –)" in seen(WEEK)


def test_a_demotion_can_be_restored_once() -> None:
    assert buttons(DEMOTED) == ["Restore", "Open the playbook"]
    assert buttons(DIGEST_EXAMPLES["demotion-restored"]) == []
