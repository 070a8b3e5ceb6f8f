"""letter.yml: what a letter is for."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.documents.check import check
from bot.documents.source import read_source
from bot.errors import Finding

SHIPPED = Path(__file__).parent.parent / "messages" / "letters"
NAME = re.compile(r"[a-z][a-z0-9-]*")


class LetterForm(BaseModel):
    """`essential` letters are part of the contract: they reach those who unsubscribed, and carry no link to unsubscribe.

    `fits` names the playbooks, cards and kinds of alerts to which a person would write this letter. `needs` names facts beside the
    usual ones: only what has them can write it, no person and no step `email`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    about: str = Field(min_length=1)
    essential: bool = Field(default=False, strict=True)
    fits: tuple[Annotated[str, Field(pattern=f"^{NAME.pattern}$")], ...] = ()
    needs: tuple[Literal["survey", "review", "agenda"], ...] = ()


def form_in(folder: Path, findings: list[Finding], *, shipped: bool = False) -> LetterForm | None:
    """What the letter.yml of a folder says; None, with what is wrong in `findings`, when it cannot be read."""
    source = read_source(folder / "letter.yml", built_in=shipped)
    form = check(LetterForm, source.value, (), source) if source.value else None
    findings += source.findings
    return form


@cache
def shipped_needs() -> Mapping[str, frozenset[str]]:
    """What each shipped letter needs beside the usual facts."""
    forms = {folder.name: form_in(folder, [], shipped=True) for folder in SHIPPED.iterdir() if is_name(folder.name)}
    return {name: frozenset(form.needs) for name, form in forms.items() if form}


def is_name(name: str) -> bool:
    return bool(NAME.fullmatch(name))
