"""The sections of staysail.yml about asking and meeting customers."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bot.documents.words import one_of, shown, wrong
from bot.durations import Duration
from bot.settings.forms import Section


class BetweenForm(Section):
    """How long a person is left alone after a survey: after any, after one of its class, after one of its kind. The longest counts."""

    any: Duration = timedelta()
    relational: Duration = timedelta(days=90)
    transactional: Duration = timedelta(days=30)
    nps: Duration | None = None
    csat: Duration | None = None
    ces: Duration | None = None


class SurveySettings(Section):
    """`folder` holds one's own surveys, beside the library. `company` is what questions call us; without it the name of `email.from`.

    `hours` is when letters with questions leave, where the contact is. `a_year`: how many relational surveys a person gets within 365 days.
    `deadline`: business time in which somebody is to talk to whoever was not satisfied. `themes`: what answers are often about, each
    with examples of how customers say it.
    """

    folder: str | None = None
    company: str | None = Field(default=None, min_length=1, max_length=80)
    hours: str = "Mon-Fri 08:30-11:30"
    between: BetweenForm = BetweenForm()
    a_year: int = Field(default=2, ge=1, le=12, strict=True)
    deadline: Duration = timedelta(days=2)
    themes: dict[Annotated[str, Field(min_length=1, max_length=60)], tuple[str, ...]] = Field(default_factory=dict)


def _review_type(value: Any) -> str:
    """Upper or lower case."""
    types = ("QBR", "EBR", "renewal")
    found = next((name for name in types if isinstance(value, str) and name.lower() == value.lower()), None)
    if found is None:
        raise wrong(f"found {shown(value)}", one_of(str(value), types))
    return found.lower()


class ReviewForm(Section):
    """Accounts for which `when` holds have a review of that type `every` so often; its owner is asked to plan it `ahead` of the day.

    While `sooner_when` holds, half of the time counts.
    """

    type: Annotated[str, BeforeValidator(_review_type)]
    when: str = Field(min_length=1)
    every: Duration
    ahead: Duration = timedelta(days=30)
    sooner_when: str | None = None
