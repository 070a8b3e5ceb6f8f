"""The keys of a survey file and what each may hold."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.documents.words import one_of, shown, wrong
from bot.durations import ALLOWED, parse_duration
from bot.surveys.survey import COMPANY, Kind

NEVER = "never"
SHORTEST, LONGEST = timedelta(days=1), timedelta(days=90)
BRACED = re.compile(r"\{[^{}]*\}")


def _kind(value: Any) -> Kind:
    kinds = [kind.value for kind in Kind]
    if value not in kinds:
        raise wrong(f"found {shown(value)}", one_of(str(value), kinds))
    return Kind(value)


def _expires(value: Any) -> timedelta:
    length = _length(value)
    if length is None or not SHORTEST <= length <= LONGEST:
        raise wrong(f"found {shown(value)}", "allowed: 1d to 90d")
    return length


def _remind(value: Any) -> timedelta | None:
    """`never` is None."""
    if value == NEVER:
        return None
    length = _length(value)
    if not length:
        raise wrong(f"found {shown(value)}", f"{ALLOWED}; or {NEVER}")
    return length


def _length(value: Any) -> timedelta | None:
    try:
        return parse_duration(str(value))
    except ValueError:
        return None


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _braces(text: str) -> str:
    """Whoever writes `{first_name}` expects more than we put in."""
    if strange := next((braced for braced in BRACED.findall(text) if braced != COMPANY), None):
        raise wrong(f"found {shown(strange)}", f"allowed: {COMPANY}, in whose place our name is put")
    return text


Question = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_one_line), AfterValidator(_braces)]
End = Annotated[str, Field(min_length=1, max_length=60), BeforeValidator(_one_line), AfterValidator(_braces)]
Thanks = Annotated[str, Field(min_length=1, max_length=600), BeforeValidator(_one_line), AfterValidator(_braces)]


class WordsForm(BaseModel):
    """A survey in one language. The keys of `follow_up` and `thanks` are the bands of its kind, which the loader checks."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    question: Question
    low: End
    high: End
    follow_up: dict[str, Question] = Field(default_factory=dict)
    thanks: dict[str, Thanks] = Field(default_factory=dict)


class SurveyForm(BaseModel):
    """A survey file. `words` are by language."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    survey: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    version: int = Field(strict=True, ge=1)
    about: str = Field(min_length=1, max_length=300)
    kind: Annotated[Kind, BeforeValidator(_kind)]
    purpose: Literal["relational", "transactional"] | None = None
    roles: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()
    at_most: int = Field(default=3, strict=True, ge=1, le=50)
    expires: Annotated[timedelta, BeforeValidator(_expires)] = timedelta(days=21)
    remind: Annotated[timedelta | None, BeforeValidator(_remind)] = timedelta(days=5)
    anonymous: bool = Field(default=False, strict=True)
    words: dict[str, WordsForm] = Field(min_length=1)

    @property
    def relational(self) -> bool:
        return self.purpose == "relational" if self.purpose else self.kind is Kind.NPS
