"""Who is in the sample company's Slack, and in which rooms."""

from bot.sandbox.people import Person, Room

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example", title="CSM", locale="cs-CZ")
LUKAS = Person("U0LUKAS", "lukas", "Lukas Brandt", "lukas@ours.example", title="CSM", locale="de-DE")
OLIVER = Person("U0OLIVER", "oliver", "Oliver Grant", "oliver@ours.example", "Europe/London", "CSM")
MAYA = Person("U0MAYA", "maya", "Maya Torres", "maya@ours.example", "America/New_York", "CSM", locale="en-US")
WEI = Person("U0WEI", "wei", "Wei Ling Tan", "wei@ours.example", "Asia/Singapore", "CSM")

LEAD = Person("U0HELENA", "helena", "Helena Marsh", "lead@ours.example", "Europe/London", "Head of Customer Success")
ADMIN = Person("U0PETR", "petr", "Petr Dvořák", "admin@ours.example", title="Admin", is_admin=True)
SPECIALIST = Person("U0PRIYA", "priya", "Priya Nair", "priya@ours.example", "Asia/Singapore", "Solutions Specialist")
GUEST = Person("U0GRETA", "greta", "Greta Holm", "greta@agency.example", title="Contractor", is_restricted=True)
STRANGER = Person(
    "U0SAM",
    "sam",
    "Sam Okoye",
    "sam@partner.example",
    "Europe/London",
    "Partner",
    is_stranger=True,
    team_id="T0PARTNER",
)

CSMS = (JANA, OLIVER, MAYA, WEI, LUKAS)
TEAM = (*CSMS, LEAD, ADMIN, SPECIALIST)
CAST = (*TEAM, GUEST, STRANGER)

_TEAM = tuple(person.id for person in TEAM)
_LEADS = (LEAD.id, ADMIN.id)
_PROJECT = (LEAD.id, SPECIALIST.id, STRANGER.id)

ROOMS = (
    Room("C0ALERTS", "cs-alerts", members=(*_TEAM, GUEST.id), topic="Accounts that need a person"),
    Room("C0ENTERPRISE", "cs-enterprise", members=_TEAM, topic="Alerts of enterprise accounts"),
    Room("C0LEADS", "cs-leads", is_private=True, members=_LEADS, topic="Managers and admins"),
    Room("C0GENERAL", "general", members=(*_TEAM, GUEST.id), topic="Everybody"),
    Room("C0RANDOM", "random", members=_TEAM, bot_in=False, topic="Anything else"),
    Room("C0PARTNER", "partner-projects", members=_PROJECT, bot_in=False, is_ext_shared=True),
)
