"""Survey files: what a good one becomes, and what each wrong one is told."""

import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.surveys.form import SurveyForm, WordsForm
from bot.surveys.library import is_survey, library, load_files, load_surveys, load_text, shipped, shipped_words
from bot.surveys.survey import BAND_NAMES, COMPANY, Band, Kind, Survey, Wording

GOOD = """\
survey: after-training
version: 2
about: How satisfied they are with a training
kind: csat
words:
  en:
    question: How satisfied are you with the training that {company} gave you?
    low: Not at all
    high: Very much
    follow_up:
      dissatisfied: What was missing?
    thanks:
      satisfied: "{company} thanks you."
  de:
    question: Wie zufrieden sind Sie mit der Schulung?
    low: Gar nicht
    high: Sehr
"""
DOCS = Path(__file__).parents[2] / "docs"
SHIPPED = ["ces-integration", "ces-ticket", "csat-onboarding", "nps", "nps-renewal", "pulse-anonymous"]


def load(folder: Path, text: str = GOOD, name: str = "mine.yml") -> Survey:
    (folder / name).write_text(text, encoding="utf-8")
    (survey,) = load_files([folder / name])
    return survey


def refusal(folder: Path, text: str | bytes) -> list[str]:
    """The findings, each beginning with its line."""
    file = folder / "mine.yml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInput) as caught:
        load_surveys(folder)
    return [str(finding).removeprefix(f"{file}:") for finding in caught.value.findings]


def test_a_good_file_becomes_a_survey(tmp_path: Path) -> None:
    survey = load(tmp_path)
    assert (survey.name, survey.version, survey.kind, list(survey.scale)) == ("after-training", 2, Kind.CSAT, [1, 2, 3, 4, 5])
    assert (survey.text, survey.digest) == (GOOD, sha256(GOOD.encode()).hexdigest())
    assert survey.place == f"{tmp_path / 'mine.yml'}:1"
    assert survey.wording("de-AT").question == "Wie zufrieden sind Sie mit der Schulung?"
    assert survey.wording("cs").language == "en"


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    survey = load(tmp_path)
    assert (survey.at_most, survey.expires, survey.remind) == (3, timedelta(days=21), timedelta(days=5))
    assert (survey.roles, survey.anonymous, survey.relational, survey.built_in) == ((), False, False, False)


def test_what_is_written_counts(tmp_path: Path) -> None:
    keys = "roles: [champion, admin]\nat_most: 50\nexpires: 1d\nremind: 12h\nanonymous: true\npurpose: relational\n"
    survey = load(tmp_path, GOOD + keys)
    assert (survey.roles, survey.at_most, survey.anonymous, survey.relational) == (("champion", "admin"), 50, True, True)
    assert (survey.expires, survey.remind) == (timedelta(days=1), timedelta(hours=12))


@pytest.mark.parametrize(
    ("keys", "remind"),
    [("remind: never", None), ("expires: 5d", None), ("expires: 6d", timedelta(days=5)), ("expires: 90d", timedelta(days=5))],
)
def test_nobody_is_reminded_of_what_is_over(tmp_path: Path, keys: str, remind: timedelta | None) -> None:
    assert load(tmp_path, f"{GOOD}{keys}\n").remind == remind


@pytest.mark.parametrize(("kind", "purpose", "relational"), [("nps", "", True), ("ces", "", False), ("nps", "transactional", False)])
def test_nps_is_about_the_relationship_unless_it_says_otherwise(tmp_path: Path, kind: str, purpose: str, relational: bool) -> None:
    text = f"survey: x\nversion: 1\nabout: X\nkind: {kind}\nwords: {{en: {{question: Q, low: L, high: H}}}}\n"
    assert load(tmp_path, text + (f"purpose: {purpose}\n" if purpose else "")).relational is relational


def test_bands_that_are_left_out_are_said_in_the_shipped_words(tmp_path: Path) -> None:
    survey = load(tmp_path)
    shipped = shipped_words()[Kind.CSAT]["en"]
    english, german = survey.wording("en"), survey.wording("de")
    assert english.follow_up[Band.LOW] == "What was missing?"
    assert english.follow_up[Band.HIGH] == shipped["follow_up"]["satisfied"]
    assert german.thanks[Band.MIDDLE] == shipped["thanks"]["neutral"], "we have no German words"
    czech = load(tmp_path, GOOD.replace("  de:", "  cs:")).wording("cs")
    assert czech.thanks[Band.MIDDLE] == shipped_words()[Kind.CSAT]["cs"]["thanks"]["neutral"]


def test_our_name_is_put_in_and_nothing_else_is() -> None:
    same = dict.fromkeys(Band, "{company} & {company}")
    wording = Wording("en", "{company}? {low}", "no {company}", "yes", same, same).naming("A {company} <b>")
    assert (wording.question, wording.low, wording.high) == ("A {company} <b>? {low}", "no A {company} <b>", "yes")
    assert wording.thanks[Band.LOW] == wording.follow_up[Band.HIGH] == "A {company} <b> & A {company} <b>"


LONG = "x" * 301
WRONG = [
    ("survey: after-training", "survey: After Training", "1: `survey`: found `After Training` (allowed: a-z, 0-9 and -)"),
    ("version: 2", "version: 0", "2: `version`: found `0` (allowed: 1 or more)"),
    ("version: 2", "version: two", "2: `version`: found `two` (allowed: a whole number)"),
    ("version: 2\n", "", "1: the key `version` is missing (add `version: …`)"),
    ("about: How satisfied they are with a training", "about:", "3: `about` has no value"),
    ("kind: csat", "kind: cast", "4: `kind`: found `cast` (allowed: ces, csat, nps; nearest: csat)"),
    ("kind: csat", "kind: [csat]", "4: `kind`: found a list (allowed: ces, csat, nps"),
    ("words:", "purpose: other\nwords:", "5: `purpose`: found `other` (allowed: 'relational' or 'transactional')"),
    ("words:", "roles: admin\nwords:", "5: `roles`: found `admin` (allowed: a list, such as [one, two])"),
    ("words:", "at_most: 0\nwords:", "5: `at_most`: found `0` (allowed: 1 or more)"),
    ("words:", "at_most: 51\nwords:", "5: `at_most`: found `51` (allowed: 50 or less)"),
    ("words:", "expires: 23h\nwords:", "5: `expires`: found `23h` (allowed: 1d to 90d)"),
    ("words:", "expires: 91d\nwords:", "5: `expires`: found `91d` (allowed: 1d to 90d)"),
    ("words:", "expires: soon\nwords:", "5: `expires`: found `soon` (allowed: 1d to 90d)"),
    (
        "words:",
        "remind: 0d\nwords:",
        "5: `remind`: found `0d` (allowed: a whole number with s, m, h, d or w, such as 12h, 21d or 2w; or never)",
    ),
    ("words:", "remind: 21d\nwords:", "5: `remind` is not shorter than `expires` (make it shorter, or `remind: never`)"),
    ("words:", "anonymous: maybe\nwords:", "5: `anonymous`: found `maybe` (allowed: true or false)"),
    ("words:", "anonymus: true\nwords:", "5: unknown key `anonymus` (allowed: about, anonymous, at_most,"),
    ("words:", "words: x\nwrods:", "5: `words`: found `x` (allowed: keys with values)"),
    ("  de:", "  german:", "14: `german` is no language (allowed: a code such as en, cs or ru in lower case)"),
    ("  de:", "  DE:", "14: `DE` is no language"),
    ("    low: Gar nicht\n", "", "14: the key `low` is missing (add `low: …`)"),
    ("    low: Gar nicht\n", "    low:\n", "16: `low` has no value"),
    ("    low: Gar nicht\n", "    low: 1\n", "16: `low`: found `1` (allowed: text)"),
    ("    low: Gar nicht\n", f"    low: {LONG[:61]}\n", f"16: `low`: found `{LONG[:60]}…` (allowed: at most 60 characters)"),
    ("    low: Gar nicht\n", "    low: Gar nicht\n    lwo: x\n", "17: unknown key `lwo` (allowed: follow_up, high, low, question, thanks"),
    (
        "question: Wie zufrieden sind Sie mit der Schulung?",
        f"question: {LONG}",
        f"15: `question`: found `{LONG[:60]}…` (allowed: at most 300",
    ),
    (
        "with the training that {company} gave",
        "with what {contact.name} gave",
        "7: `question`: found `{contact.name}` (allowed: {company}, in",
    ),
    (
        "      dissatisfied:",
        "      disatisfied:",
        "11: `disatisfied` is no band of csat (allowed: dissatisfied, neutral, satisfied; nearest: dissatisfied)",
    ),
    ("      satisfied:", "      promoter:", "13: `promoter` is no band of csat (allowed: dissatisfied, neutral, satisfied)"),
    ("      dissatisfied: What was missing?", "      dissatisfied: ''", "11: `dissatisfied`: found `` (allowed: at least 1 character)"),
    ("      dissatisfied: What was missing?", f"      dissatisfied: {LONG}", "11: `dissatisfied`: found `xxx"),
    ('"{company} thanks you."', LONG * 2, "13: `satisfied`: found `xxx"),
    (
        "    follow_up:\n      dissatisfied: What was missing?\n",
        "    follow_up: What?\n",
        "10: `follow_up`: found `What?` (allowed: keys with values)",
    ),
]


@pytest.mark.parametrize(("line", "instead", "said"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_line_is_told(tmp_path: Path, line: str, instead: str, said: str) -> None:
    assert GOOD.count(line) == 1
    assert refusal(tmp_path, GOOD.replace(line, instead))[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: found nothing where keys are needed"),
        ("- survey: x\n", "1: found a list"),
        (b"survey: ok\nabout: \xff\xfe\n", "2: the file is not UTF-8"),
        (GOOD.replace("kind: csat", "kind: csat\nkind: nps"), "5: the key `kind` stands twice (first on line 4)"),
        ("survey: x\nversion: 1\nabout: X\nkind: nps\nwords: {}\n", "5: `words`: found `: …` (allowed: at least 1)"),
    ],
)
def test_a_file_that_is_no_survey_is_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert refusal(tmp_path, text)[0].startswith(said)


def test_all_mistakes_of_all_files_are_told_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("survey: x\n")
    (tmp_path / "notes.txt").write_text("no survey")
    text = GOOD.replace("about: How", "abuot: How").replace("  de:", "  xx:").replace("dissatisfied:", "sad:")
    said = refusal(tmp_path, text)
    lines = [finding.partition(":")[0] for finding in said if not finding.startswith("/")]
    assert lines == sorted(lines, key=int)
    assert {"3", "11", "14"} <= set(lines)
    assert any("other.yaml:1: the key `version` is missing" in finding for finding in said)
    assert not any("notes" in finding for finding in said)


def test_two_files_may_not_share_a_name(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text(GOOD)
    said = refusal(tmp_path, GOOD)
    assert said[0] == f"1: `after-training` is the name of another survey too ({tmp_path}/other.yml:1) (choose another name)"
    assert len(said) == 2


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"there is no such folder of surveys \(create it, or change `surveys.folder` in staysail.yml\)"):
        load_surveys(tmp_path / "nowhere")


def test_ones_own_file_takes_the_place_of_a_library_one(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD.replace("after-training", "nps"))
    surveys = {survey.name: survey for survey in load_surveys(tmp_path)}
    assert sorted(surveys) == SHIPPED
    assert (surveys["nps"].kind, surveys["nps"].built_in) == (Kind.CSAT, False)
    assert surveys["nps-renewal"].built_in


def test_a_survey_file_is_told_from_a_playbook(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    for text, found in {GOOD: True, "playbook: x\nsurvey: y\n": False, "steps: []\n": False, "": False}.items():
        file.write_text(text)
        assert is_survey(file) is found


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.binary(), st.text(alphabet=" \t\n:-[]{}&*!|>'\"%@`#?,ab1").map(str.encode)))
def test_any_file_is_a_survey_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any-survey.yml"
    file.write_bytes(raw)
    with pytest.raises(InvalidInput):
        load_files([file])


def test_the_library_is_complete_in_three_languages() -> None:
    surveys = load_surveys(None)
    assert sorted(survey.name for survey in surveys) == SHIPPED == sorted(file.name.removesuffix(".yml") for file in library())
    for survey in surveys:
        assert set(survey.wordings) == {"en", "cs", "ru"}
        for wording in survey.wordings.values():
            assert COMPANY in wording.question
            written = load_text(survey.text, survey.place).text.split(f"  {wording.language}:")[1]
            assert all(f"\n      {band}: " in written for band in BAND_NAMES[survey.kind].values()), "nothing is left to fall back"


def test_the_library_asks_what_the_field_asks() -> None:
    surveys = {survey.name: survey for survey in shipped()}
    kinds = {name: (survey.kind.value, survey.relational) for name, survey in surveys.items()}
    assert kinds == {
        "nps": ("nps", True),
        "nps-renewal": ("nps", True),
        "csat-onboarding": ("csat", False),
        "ces-ticket": ("ces", False),
        "ces-integration": ("ces", False),
        "pulse-anonymous": ("csat", True),
    }
    assert surveys["nps"].wording("en").question == "How likely is it that you would recommend {company} to a friend or colleague?"
    assert "{company} made it easy for me to handle my issue" in surveys["ces-ticket"].wording("en").question
    assert [name for name, survey in surveys.items() if survey.anonymous] == ["pulse-anonymous"]


def test_who_is_anonymous_is_not_promised_a_call() -> None:
    said = [text for words in shipped_words().values() for language in words.values() for text in language["thanks"].values()]
    said += [text for wording in next(one for one in shipped() if one.anonymous).wordings.values() for text in wording.thanks.values()]
    assert len(said) == 3 * 3 * 3 + 3 * 3
    assert not [text for text in said if "get back" in text or "ozve" in text or "свяжется" in text]


def test_shipped_words_cover_every_band_in_the_same_languages() -> None:
    for kind, words in shipped_words().items():
        for language in ("en", "cs", "ru"):
            for key in ("follow_up", "thanks"):
                assert set(words[language][key]) == set(BAND_NAMES[kind].values())


def test_a_text_that_was_kept_reads_as_it_did(tmp_path: Path) -> None:
    survey = load(tmp_path)
    assert load_text(survey.text, "kept") == replace(survey, place="kept:1")
    with pytest.raises(InvalidInput, match="kept:1: the key `version` is missing"):
        load_text("survey: x\n", "kept")


def test_the_document_names_every_key_and_survey_and_its_example_loads(tmp_path: Path) -> None:
    text = (DOCS / "surveys.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```yaml survey\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert [load(tmp_path, example).name for example in examples] == ["after-training"]
    assert not [key for key in (*SurveyForm.model_fields, *WordsForm.model_fields) if f"`{key}`" not in text]
    assert [name for name in SHIPPED if f"[`{name}`](../bot/surveys/library/{name}.yml)" not in text] == []
