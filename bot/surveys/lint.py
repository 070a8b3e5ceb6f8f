"""What is wrong with a survey file, and what is right but unwise."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from bot.errors import Finding
from bot.letters.library import Letters
from bot.settings import Settings
from bot.surveys.check import doubts
from bot.surveys.library import load_files
from bot.surveys.shelf import counting


def lint_surveys(session: Session, settings: Settings, files: Sequence[Path]) -> tuple[int, list[Finding]]:
    """How many surveys are in order, and warnings. Raises InvalidInput with every mistake of every file."""
    surveys = load_files(files)
    letters = Letters(settings.letters, settings.links, settings.email.language if settings.email else "en")
    names = {survey.name for survey in surveys}  # who asks them is no matter of theirs
    return len(surveys), [*counting(session, surveys)[1], *(doubts(session, settings, letters, surveys, names) if surveys else ())]
