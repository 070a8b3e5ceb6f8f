"""The first four slides: who meets, what was wanted, how it is used, what came of it. Pure."""

from zoneinfo import ZoneInfo

from bot.accounts.business_hours import zone_or
from bot.reviews.deck import figures
from bot.reviews.deck.page import Name, Page, Part, Words
from bot.reviews.deck.parts import counted, lines_of, listed, shown, words
from bot.reviews.deck.say import Say
from bot.reviews.deck.text import Paragraph, Role, clean, shortened
from bot.reviews.picture import Picture

FACTS, CHARTS, NUMBERS, NAMES = 3, 4, 3, 4
MANY = 3
"""An average of fewer answers is somebody's own, and nothing for the front page."""
UTC = ZoneInfo("UTC")
TYPES = frozenset({"qbr", "ebr", "kick_off", "renewal", "call"})


def title_of(say: Say, picture: Picture) -> str:
    """What the meeting is called."""
    return say(picture.type if picture.type in TYPES else "meeting")


def starts_on(say: Say, picture: Picture) -> str:
    return say.day(picture.at.astimezone(zone_or(picture.zone, UTC)).date())


def summary(say: Say, picture: Picture) -> Page:
    """Who meets, and up to three facts that changed."""
    changed = figures.changed(say, picture.lines)
    found = [
        *_kept(say, picture),
        *changed[:1],
        *figures.scored(say, picture, MANY)[:1],
        *changed[1:2],
        *figures.seats(say, picture),
        *changed[2:],
    ][:FACTS]
    nothing = Words((Paragraph(say("no_facts", day=say.day(picture.since)), Role.NOTE),))
    lead = (
        title_of(say, picture),
        starts_on(say, picture),
        ", ".join(filter(None, (clean(picture.organizer), clean(picture.company)))),
        say("with", names=say.names(picture.people, NAMES)) if picture.people else "",
    )
    return Page(
        Name.SUMMARY,
        shortened(picture.account, 120) or title_of(say, picture),
        "\n".join(filter(None, lead)),
        tuple(Words(shown(one)) for one in found) or (nothing,),
        (
            f"Facts from {clean(str(picture.since))} to {clean(str(picture.taken_on))}. Names: who is invited.",
            *(one.source for one in found),
            "This file goes to the customer as it is: read it first. Lines in italics are yours to write.",
        ),
    )


def _kept(say: Say, picture: Picture) -> list[figures.Figure]:
    count = len(picture.kept_agreed)
    source = "Promises: tasks that were agreed in a meeting, and that are done"
    return [figures.Figure(say.number(count), say("fact_kept", day=say.day(picture.since)), source)] if count else []


def goals(say: Say, picture: Picture) -> Page:
    wanted = listed(say("your_goals"), lines_of(picture.goals), say("no_goals"))
    return Page(
        Name.GOALS,
        say("goals"),
        say("goals_lead"),
        (Words(wanted), words(_agreed(say, picture), _done(say, picture))),
        (
            "Goals: the CRM's column `goals`.",
            "What was agreed: the decisions noted in *Held…* after the last review. Done and open: the tasks that were agreed there.",
        ),
    )


def _agreed(say: Say, picture: Picture) -> tuple[Paragraph, ...]:
    if picture.before is None:
        return listed(say("agreed_before"), (), say("no_agreed"))
    return listed(say("agreed", day=say.day(picture.before.on)), lines_of(picture.before.agreed), say("agreed_unknown"))


def _done(say: Say, picture: Picture) -> tuple[Paragraph, ...]:
    kept, still = len(picture.kept_agreed), sum(one.agreed for one in picture.promises)
    return (Paragraph(say("done_since", kept=kept, open=still), Role.TEXT),) if kept or still else ()


def adoption(say: Say, picture: Picture) -> Page:
    known = [line for line in picture.lines if line.recent is not None]
    nothing = Words((Paragraph(say("no_lines"), Role.NOTE),))
    drawn: tuple[Part, ...] = tuple(figures.graph(say, line) for line in known[:CHARTS]) or (nothing,)
    return Page(
        Name.ADOPTION,
        say("adoption"),
        say("adoption_lead"),
        drawn,
        (
            "Weekly values of the metrics in `usage.metrics`; what is usual is the mean of the weeks before.",
            "The charts are PowerPoint's own: right-click, Edit Data.",
            *(f"Not shown: {clean(line.title)[:80]}" for line in known[CHARTS : 3 * CHARTS]),
        ),
    )


def value(say: Say, picture: Picture) -> Page:
    seats = figures.seats(say, picture) if _well_used(picture) else []
    found = [*figures.grown(say, picture.lines)[:2], *seats][:NUMBERS]
    return Page(
        Name.VALUE,
        say("value"),
        say("value_lead", day=say.day(picture.since)),
        (
            Words(counted(say("in_numbers"), found, say("no_growth"))),
            Words(listed(say("kept"), picture.kept_agreed, say("no_kept"))),
        ),
        (*(one.source for one in found), "Promises: tasks that were agreed in a meeting, and that are done since then."),
        (2, 3),
    )


def _well_used(picture: Picture) -> bool:
    """At least half of the seats: fewer are nothing that was achieved."""
    return (picture.seats_used or 0) * 2 >= (picture.seats or 0)
