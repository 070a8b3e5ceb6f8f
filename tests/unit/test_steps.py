"""Steps of playbook files: what each wrong one is told, with its line and the cure."""

from pathlib import Path

import pytest

from bot.errors import InvalidInput
from tests.playbooks import load_playbooks
from tests.unit.programs import CATALOGUE, KNOWN

HEAD = "playbook: mine\nversion: 1\nabout: A test\nkind: onboarding\ntrigger: manual\nsteps:\n"


def findings(folder: Path, steps: str, known: object = KNOWN) -> list[str]:
    """Each begins with its line; the first line of `steps` is 7."""
    file = folder / "mine.yml"
    file.write_text(HEAD + steps + "\n")
    with pytest.raises(InvalidInput) as caught:
        load_playbooks([file], CATALOGUE, known)  # type: ignore[arg-type]
    return [str(finding).removeprefix(f"{file}:") for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("email: {letter: welcom, to: admin}", "7: `letter`: no letter is called `welcom` (allowed: check-in, welcome; nearest: welcome)"),
        ("email: {letter: welcome}", "7: the key `to` is missing"),
        ("email: {letter: welcome, to: admin, language: english}", "7: `language`: found `english`"),
        ("email: {letter: welcome, to: admin, cc: csm}", "7: unknown key `cc`"),
        ("wait: soon", "7: `wait`: found `soon` (allowed: a whole number with s, m, h, d or w"),
        ("wait: 0d", "7: `wait`: found no time at all (leave the step out)"),
        ("wait: {at_most: 7d}", "7: `wait`: found none or several ways to wait (allowed: a length of time such as 14d, or one of until,"),
        ("wait: {until: arr > 1, event: paid}", "7: `wait`: found none or several ways to wait"),
        ('wait: {at: "25:00"}', "7: `wait`: found `25:00` as a time of day (allowed: \"HH:MM\" in quotes"),
        ('wait: {at: "09:00", at_most: 1d}', "7: `wait`: `at_most` stands beside a wait that ends by itself (leave it out)"),
        ("wait: {until: arrr > 1}", "7: `until`, column 1: unknown signal `arrr` (nearest: arr)"),
        ("wait: {event: Paid!}", "7: `event`: found `Paid!`"),
        ("if: arrr > 1\n    then: [{goal: }]", "7: `if`, column 1: unknown signal `arrr` (nearest: arr)"),
        ("if: arr > 1", "7: the key `then` is missing"),
        ("if: arr > 1\n    then: [{goal: }]\n    esle: []", "9: unknown key `esle` (allowed: else, if, name, then"),
        ("if: arr > 1\n    then:\n      - card: churn", "9: `card`: no card is called `churn` (allowed: churn-risk; nearest: churn-risk)"),
        ("if: arr > 1\n    card: churn-risk", "8: one step holds `if` and `card` (begin each step with `- `)"),
        ("repeat: [{goal: }]", "7: the key `at_most` is missing"),
        ("repeat: [{goal: }]\n    at_most: 0", "8: `at_most`: found `0` (allowed: 1 or more)"),
        ("repeat: [{goal: }]\n    at_most: 3\n    until: name", "9: `until`, column 1: unknown signal `name`"),
        ("repeat:\n      - wiat: 1d\n    at_most: 3", "8: unknown step `wiat` (allowed: card, email, goal, if, notify,"),
        ("split: {video: 1}", "7: `split`: found `video: …` (allowed: at least 2)"),
        ("split: {video: 1, call: 0}", "7: the variant `call` has the weight 0 (allowed: whole numbers from 1)"),
        ("split: {video: 1, call: 1}\n    cal: []", "7: `cal` is none of the variants (allowed: video, call)"),
        ("split: {video: 1, call: 1}\n    call: later", "7: the variant `call` holds `later` (allowed: a list of steps)"),
        ("split: {video: 1, call: 1}\n    call:\n      - card: nope", "9: `card`: no card is called `nope`"),
        ("set: {stage: adopted}", "7: `set`: found the stage `adopted` (allowed: activation, adoption, churned,"),
        ("set: {tag: Very Important}", "7: `set`: found the tag `Very Important` (allowed: a-z, 0-9, - and _)"),
        ("set: {rnak: 1}", "7: `set`: there is no own field `rnak` (declare it under `fields:` in staysail.yml; allowed: asked_on,"),
        ("set: {rank: high}", "7: `set`: found `high` for the field `rank` (allowed: a number)"),
        ("set: {rank: true}", "7: `set`: found `true` for the field `rank` (allowed: a number)"),
        ("set: {asked_on: tomorrow}", "7: `set`: found `tomorrow` for the field `asked_on` (allowed: a date)"),
        ("set: {}", "7: `set`: found"),
        ("task: {to: csm}", "7: the key `what` is missing"),
        ("task: {what: Call, within: 2 days}", "7: `within`: '2 days' is not a length of time (allowed: a whole number with"),
        ("notify: {to: csm}", "7: the key `text` is missing"),
        ("notify: Look", "7: `notify`: found `Look`"),
        ("webhook: {url: ftp://x.example}", "7: `url`: found `ftp://x.example`"),
        ("start: nobody", "7: `start`: no playbook is called `nobody` (allowed:"),
        ("goal: {a: b}", "7: `goal`: found `a: …` (allowed: text)"),
        ("card: churn-risk\n    name: Not A Name", "8: `name`: found `Not A Name` (allowed: a-z, 0-9 and -)"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_told_with_its_line_and_the_cure(tmp_path: Path, step: str, said: str) -> None:
    assert findings(tmp_path, f"  - {step}")[0].startswith(said)


def test_all_wrong_steps_are_told_however_deep_they_stand(tmp_path: Path) -> None:
    steps = """\
  - if: arrr > 1
    then:
      - repeat:
          - split: {x: 1, y: 1}
            x:
              - wait: soon
          - card: nope
        at_most: 0
    else: [{email: {letter: nope, to: admin}}]"""
    assert [told.partition(":")[0] for told in findings(tmp_path, steps)] == ["7", "12", "13", "14", "15"]


def test_letters_need_a_mail_server(tmp_path: Path) -> None:
    without = type(KNOWN)(KNOWN.cards, None)
    (told,) = findings(tmp_path, "  - email: {letter: welcome, to: admin}", without)
    assert told == "7: `letter`: no e-mail is set up (add the section `email:` to staysail.yml)"


def test_the_letter_to_the_contact_needs_a_playbook_about_contacts(tmp_path: Path) -> None:
    (told,) = findings(tmp_path, "  - email: {letter: welcome, to: contact}")
    assert "the playbook is about accounts (name a role, or add `target: contact`)" in told
