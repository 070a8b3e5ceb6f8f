"""What `staysail check` says of surveys, beside the mistakes in their files: nothing fails, but somebody should know."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from email.utils import parseaddr

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import Finding
from bot.letters.library import Letters
from bot.settings import Settings
from bot.surveys.letters import LETTER, REMINDER
from bot.surveys.survey import Survey
from models import Contact


def unanswerable(settings: Settings) -> Iterable[Finding]:
    """Why nobody could answer the surveys that there are."""
    if settings.survey_folder is None:
        return
    place, environment = f"{settings.path}: surveys.folder", settings.environment
    missing = {
        "there is no section `email`": None if settings.email else "add `email: {url: …, from: …}`",
        "STAYSAIL_URL is not set": None if environment.staysail_url else "set it to the address under which customers reach the web pages",
        "STAYSAIL_SECRET is not set": None if environment.staysail_secret else "set it to a long random text: it signs the links",
    }
    for problem, cure in missing.items():
        if cure:
            yield Finding(place, f"nobody can be asked: {problem}", cure, fatal=False)


def doubts(session: Session, settings: Settings, letters: Letters, surveys: Collection[Survey], asked: Collection[str]) -> list[Finding]:
    """`asked` are the names of the surveys that enabled playbooks ask."""
    looked_at = [survey for survey in surveys if survey.name in asked or not survey.built_in]
    roles = {role.strip().lower() for role in session.scalars(select(Contact.role).where(Contact.gone_at.is_(None)).distinct()) if role}
    found = [*_nameless(settings), *_alike(settings)] if looked_at else []
    for survey in looked_at:
        found += [*_unasked(survey, asked), *_unwritten(survey, letters), *_without_role(survey, sorted(roles))]
    return found


def _nameless(settings: Settings) -> Iterable[Finding]:
    if settings.email and not settings.surveys.company and not parseaddr(settings.email.sender)[0]:
        cure = "name it under `surveys.company`, or put a name before the address in `email.from`"
        yield Finding(f"{settings.path}: surveys.company", f"questions call the company `{settings.company}`", cure, fatal=False)


def _alike(settings: Settings) -> Iterable[Finding]:
    seen: dict[str, str] = {}
    for theme in settings.surveys.themes:
        first = seen.setdefault(theme.strip().lower(), theme)
        if first != theme:
            problem = f"`{first}` and `{theme}` are one theme"
            yield Finding(f"{settings.path}: surveys.themes", problem, "take one of them away", fatal=False)


def _unasked(survey: Survey, asked: Collection[str]) -> Iterable[Finding]:
    if survey.name not in asked:
        cure = f"add a step `survey: {survey.name}` to one, or enable one that has it"
        yield Finding(survey.place, f"`{survey.name}`: no enabled playbook asks it", cure, fatal=False)


def _unwritten(survey: Survey, letters: Letters) -> Iterable[Finding]:
    for letter in (LETTER, REMINDER) if survey.remind else (LETTER,):
        for language in survey.wordings:
            if language not in letters.languages(letter) and language.partition("-")[0] not in letters.languages(letter):
                problem = f"`{survey.name}` asks in `{language}`, and the letter `{letter}` around it is not written in that language"
                yield Finding(survey.place, problem, f"add {letter}/{language} to your letters", fatal=False)


def _without_role(survey: Survey, roles: Sequence[str]) -> Iterable[Finding]:
    for role in survey.roles if roles else ():
        if role.strip().lower() not in roles:
            near = get_close_matches(role.lower(), roles, n=1)
            cure = f"nearest: {near[0]}" if near else f"there are: {', '.join(roles[:10])}"
            yield Finding(survey.place, f"`{survey.name}`: no contact has the role `{role}`", cure, fatal=False)
