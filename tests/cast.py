"""The fixed cast: who is in the workspace of every scenario, and in which rooms."""

from bot.sandbox.server import Person, Room

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example", title="CSM")
OLIVER = Person("U0OLIVER", "oliver", "Oliver Grant", "oliver@ours.example", "Europe/London", "CSM")
WEI = Person("U0WEI", "wei", "Wei Ling Tan", "wei@ours.example", "Pacific/Auckland", "CSM without accounts")
LEAD = Person("U0HELENA", "helena", "Helena Marsh", "lead@ours.example", "Europe/London", "Head of Customer Success")
ADMIN = Person("U0PETR", "petr", "Petr Dvořák", "admin@ours.example", title="Admin", is_admin=True)
GUEST = Person("U0GRETA", "greta", "Greta Holm", "greta@agency.example", title="Contractor", is_restricted=True)
STRANGER = Person("U0SAM", "sam", "Sam Okoye", "sam@partner.example", is_stranger=True, team_id="T0PARTNER")
GONE = Person("U0GWEN", "gwen", "Gwen Gone", "gwen@ours.example", deleted=True)

TEAM = (JANA, OLIVER, WEI, LEAD, ADMIN)
CAST = (*TEAM, GUEST, STRANGER, GONE)

_EVERYBODY = tuple(person.id for person in CAST)

ROOMS = (
    Room("C0ALERTS", "cs-alerts", members=_EVERYBODY),
    Room("C0LEADS", "cs-leads", is_private=True, members=(LEAD.id, ADMIN.id)),
    Room("C0SECRET", "cs-secret", is_private=True, bot_in=False, members=(LEAD.id,)),
    Room("C0OLD", "cs-old", is_archived=True),
)
