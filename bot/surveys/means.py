"""What asking needs beside a survey: how letters are written, how people answer, and when and how often they are asked."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import BusinessHours, known_zone
from bot.durations import Allowance
from bot.letters.library import Letters
from bot.settings import Settings
from bot.settings.customer_forms import SurveySettings
from bot.surveys.links import SurveyLinks, survey_links
from models import Account, Contact


@dataclass(frozen=True)
class Means:
    """`hours` are those in which questions leave; `company` is what they call us; `per_contact` and `per_account` limit all letters."""

    letters: Letters
    links: SurveyLinks
    hours: BusinessHours
    rules: SurveySettings
    zone: ZoneInfo
    sender: str
    company: str
    language: str
    per_contact: Allowance
    per_account: Allowance


def means_of(settings: Settings, letters: Letters | None = None) -> Means | None:
    """None: nobody could answer. `letters`: those that are open already."""
    email, environment = settings.email, settings.environment
    links = survey_links(environment.staysail_url, environment.staysail_secret)
    if email is None or links is None:
        return None
    return Means(
        letters=letters or Letters(settings.letters, settings.links, email.language),
        links=links,
        hours=settings.survey_hours,
        rules=settings.surveys,
        zone=settings.zone,
        sender=email.sender,
        company=settings.company,
        language=email.language,
        per_contact=settings.limits.contact,
        per_account=settings.limits.account,
    )


def zone_name(contact: Contact, account: Account) -> str | None:
    """Where the contact is, as far as the CRM says it. None: nobody knows, so the workspace's counts."""
    return known_zone(contact.timezone, account.timezone)
