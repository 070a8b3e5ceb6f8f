"""The demo's staysail.yml."""

import json
from pathlib import Path

from bot.sandbox.company.build import CRM, USAGE
from bot.sandbox.company.cast import ADMIN, JANA, LEAD, OLIVER, SPECIALIST

TEMPLATE = """\
# The sample company of `staysail demo`.
workspace: {{timezone: Europe/Prague, business_hours: "Mon-Sun 00:00-24:00"}}  # cards come at any hour
channels:
  alerts: "#cs-alerts"
  managers: "#cs-leads"
  routes: [{{when: "segment = 'enterprise'", to: "#cs-enterprise"}}]
crm:
  kind: sql
  url: {crm}
  accounts: >-
    SELECT id, name, domain, owner_email, arr, currency, plan, seats, stage, started_on, renewal_on, churned_on,
    timezone, locale, url, segment, industry, first_value_on, trial_ends_on FROM accounts
  contacts: SELECT id, account_id, name, email, role, locale, opted_out FROM contacts
  domains: [crm.example]
  write:
    read: SELECT outcome, note, next_step FROM records WHERE account_id = :id
    write: UPDATE records SET outcome = :outcome, note = :note, next_step = :next_step WHERE account_id = :id
usage:
  url: {usage}
  metrics:
    active_users: {{from: product_usage, account: account_id, day: day, value: active_users, aggregate: avg,
                   recent: 14d, baseline: 56d}}
    reports_run: {{from: product_usage, account: account_id, day: day, value: reports_run, aggregate: sum,
                  recent: 14d, baseline: 56d}}
segments:
  new-customers: "stage = 'activation' AND account_days <= 30"
  enterprise: "segment = 'enterprise'"
{email}limits: {{cards_a_day: 5, posts_per_second: 50}}
roles: {{admins: [{admin}], managers: [{lead}]}}
away: {{stand_ins: {{{jana}: {oliver}, {oliver}: {jana}}}}}
rooms:
  specialists:
    Integrations: [{specialist}, {lead}]
    Contracts: [{lead}]
  bookmarks: {{Usage dashboard: "https://dashboard.ours.example/accounts/{{account}}"}}
reviews: [{{type: QBR, when: enterprise, every: 90d, sooner_when: health < 50}}]
surveys:
  company: Ours
  hours: "Mon-Sun 00:00-24:00"  # questions leave at once
  themes:
    Reports and exports: [The export of a report takes far too long, Reports do not match the screen, Exporty a sestavy nesedí]
    Speed: [Every page is slow to load, It takes ages to open, Načítá se to pomalu, Очень медленно работает]
    Support: [Nobody answers our ticket, Support took days to reply, Na odpověď podpory čekáme dlouho]
    Integrations: [The integration keeps breaking, We need an API for our orders, Napojení na účetní systém zlobí]
    Onboarding: [Setting everything up was confusing, Nobody showed us how to begin, Zaškolení bylo moc rychlé]
    Price: [Too expensive for what it does, The price went up again, Cena je pro nás příliš vysoká]
enable: [{enable}]
"""
RISKS = ("usage-drop", "gone-silent", "renewal-risk", "health-drop")
WITH_LETTERS = (
    *("onboarding-b2b", "trial-ending", "anniversary", "detractor-follow-up", "champion-thanks"),
    *("nps-half-yearly", "nps-renewal", "csat-onboarding", "ces-ticket", "ces-integration"),
    "review-due",
)


SITE = "https://ours.example"
CRM_DOMAINS = ("crm.example",)
EMAIL = """\
email: {{url: "{smtp_url}", from: "Ours customer success <cs@ours.example>", per_second: 50}}
links: {{app: "{site}/app", docs: "{site}/docs", plans: "{site}/plans", video: "{site}/video"}}
meetings: {{replies: {{address: answers@ours.example}}}}
"""


def settings_yaml(folder: Path, smtp_url: str | None = None, site: str = SITE) -> str:
    """`folder` is where `build_company` wrote; it may be relative. Without a mail server no letters can be written.

    `site` stands for the company's own web site, to which letters link.
    """
    email = EMAIL.format(smtp_url=smtp_url, site=site) if smtp_url else ""
    enable = ", ".join((*RISKS, *(WITH_LETTERS if smtp_url else ())))
    urls = {"crm": _url(folder / CRM), "usage": _url(folder / USAGE)}
    people = {"jana": JANA, "oliver": OLIVER, "admin": ADMIN, "lead": LEAD, "specialist": SPECIALIST}
    return TEMPLATE.format(**urls, **{name: person.email for name, person in people.items()}, email=email, enable=enable)


def _url(file: Path) -> str:
    """A quoted YAML scalar: JSON text is one."""
    return json.dumps(f"sqlite:///{file.resolve().as_posix()}", ensure_ascii=False)
