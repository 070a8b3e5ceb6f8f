"""From files to surveys, with every mistake of every file at once.

file ─ bot/documents ─► keys, values and their lines
     ─ form.py ───────► the typed form (pydantic)
     ─ library.py ────► Survey, or InvalidInput with every mistake of every file
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from bot.documents.check import check
from bot.documents.folder import Sort
from bot.documents.source import Source, read_source, read_text
from bot.documents.words import one_of
from bot.errors import Finding, InvalidInput
from bot.letters.languages import known_language
from bot.surveys.form import SurveyForm, WordsForm
from bot.surveys.survey import BAND_NAMES, ENGLISH, Band, Kind, Survey, Wording

SURVEYS = Sort("survey", "surveys.folder")
BY_BAND = ("follow_up", "thanks")
Words = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By language, then `follow_up` or `thanks`, then the name of the band."""


def library() -> list[Traversable]:
    """The built-in survey files, by name."""
    return sorted((file for file in _shipped("library").iterdir() if file.name.endswith(".yml")), key=lambda file: file.name)


def is_survey(file: Path) -> bool:
    """A file that gives a survey's name and none of a playbook."""
    value = read_source(file).value
    return SURVEYS.word in value and "playbook" not in value


def load_surveys(folder: Path | None) -> list[Survey]:
    """Those of the library and of a folder or file. One's own takes the place of a library one of the same name.

    `InvalidInput` holds every finding of every file.
    """
    surveys, findings = sound_surveys(folder)
    if findings:
        raise InvalidInput(findings)
    return surveys


def sound_surveys(folder: Path | None) -> tuple[list[Survey], list[Finding]]:
    """The same without those whose file has a mistake, and every mistake of every file."""
    sources = [read_source(path) for path in SURVEYS.files(folder)] if folder else []
    own, findings = _sound(sources)
    names = {SURVEYS.name(source) for source in sources}
    return [*(survey for survey in shipped() if survey.name not in names), *own], findings


def load_files(paths: Iterable[Path]) -> list[Survey]:
    """The surveys of these files alone. `InvalidInput` holds every finding of every file."""
    surveys, findings = _sound([read_source(path) for path in paths])
    if findings:
        raise InvalidInput(findings)
    return surveys


def _sound(sources: Sequence[Source]) -> tuple[list[Survey], list[Finding]]:
    surveys = [survey for source in sources if source.value and (survey := _survey(source))]
    twins = [*SURVEYS.twins(sources)]
    places = {finding.place for finding in twins}
    findings = [*twins, *(finding for source in sources for finding in source.sorted_findings())]
    return [survey for survey in surveys if survey.place not in places], findings


@cache
def shipped() -> tuple[Survey, ...]:
    """The library does not change while we run."""
    found = [_survey(read_source(file, built_in=True)) for file in library()]
    return tuple(survey for survey in found if survey)


@lru_cache(maxsize=256)
def load_text(text: str, place: str) -> Survey:
    """A survey as its text was kept. `InvalidInput` when it can no longer be read."""
    source = read_text(text, place)
    survey = _survey(source) if source.value else None
    if survey is None:
        raise InvalidInput(source.sorted_findings())
    return survey


def _survey(source: Source) -> Survey | None:
    """None with its mistakes in `source.findings`."""
    form = check(SurveyForm, source.value, (), source)
    _agree(source)
    if form is None or not _reminds_in_time(form, source) or source.findings:
        return None
    return Survey(
        name=form.survey,
        version=form.version,
        about=form.about,
        kind=form.kind,
        relational=form.relational,
        roles=form.roles,
        at_most=form.at_most,
        expires=form.expires,
        remind=_remind(form),
        anonymous=form.anonymous,
        wordings={language: _wording(form.kind, language, words) for language, words in form.words.items()},
        text=source.text,
        digest=source.digest,
        place=source.place(("survey",)),
        built_in=source.built_in,
    )


def _reminds_in_time(form: SurveyForm, source: Source) -> bool:
    if "remind" not in form.model_fields_set or form.remind is None or form.remind < form.expires:
        return True
    source.wrong(("remind",), "`remind` is not shorter than `expires`", "make it shorter, or `remind: never`")
    return False


def _remind(form: SurveyForm) -> timedelta | None:
    """What is left out reminds nobody of a question that is open for less than that."""
    return form.remind if form.remind and form.remind < form.expires else None


def _agree(source: Source) -> None:
    """Languages and bands, also when other keys are wrong, so that all is reported."""
    words, kind = source.value.get("words"), source.value.get("kind")
    for language, said in words.items() if isinstance(words, dict) else ():
        if not known_language(language):
            source.wrong(("words", language), f"`{language}` is no language", "allowed: a code such as en, cs or ru in lower case")
        if isinstance(said, dict) and kind in list(Kind):
            _agree_on_bands(said, language, Kind(kind), source)


def _agree_on_bands(said: Mapping[str, Any], language: str, kind: Kind, source: Source) -> None:
    names = BAND_NAMES[kind].values()
    for key in BY_BAND:
        given = said.get(key)
        for name in given if isinstance(given, dict) else ():
            if name not in names:
                source.wrong(("words", language, key, name), f"`{name}` is no band of {kind.value}", one_of(name, list(names)))


def _wording(kind: Kind, language: str, words: WordsForm) -> Wording:
    said = {key: _by_band(kind, language, key, getattr(words, key)) for key in BY_BAND}
    return Wording(language=language, question=words.question, low=words.low, high=words.high, **said)


def _by_band(kind: Kind, language: str, key: str, given: Mapping[str, str]) -> dict[Band, str]:
    """What a file leaves out is said in the shipped words of its language, else in English."""
    shipped = shipped_words()[kind]
    nearest = next(code for code in (language, language.partition("-")[0], ENGLISH) if code in shipped)
    return {band: given.get(name) or shipped[nearest][key][name] for band, name in BAND_NAMES[kind].items()}


@cache
def shipped_words() -> Mapping[Kind, Words]:
    """What is asked and said after a score, by kind, where a survey has no words of its own."""
    source = read_source(_shipped("words.yml"), built_in=True)
    return {kind: source.value[kind.value] for kind in Kind}


def _shipped(name: str) -> Traversable:
    return files("bot.surveys").joinpath(name)
