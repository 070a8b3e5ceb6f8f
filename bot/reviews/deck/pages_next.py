"""The last four slides: what went wrong, what they said, what comes next, what is asked. Pure."""

from collections.abc import Iterable

from bot.reviews.deck import figures
from bot.reviews.deck.page import Grid, Name, Page, Part, Words
from bot.reviews.deck.parts import counted, listed, words
from bot.reviews.deck.say import Say
from bot.reviews.deck.text import Paragraph, Role, clean, shortened
from bot.reviews.picture import Answered, Happened, Picture

ROWS, PROMISE, OWNER = 12, 140, 40
NUMBERS, QUOTES, THEMES, QUOTE = 3, 3, 5, 220
HAPPY = 0.8
"""The share of good answers from which on we ask for a reference."""
OURS = "the managers"
"""Whose a task is that belongs to nobody yet: for the customer, the company's."""


def support(say: Say, picture: Picture) -> Page:
    desk = [
        figures.Figure(say.number(count), say(name), "")
        for name, count in picture.tickets
        if name.startswith("tickets.") and say.knows(name)
    ]
    return Page(
        Name.SUPPORT,
        say("support"),
        say("support_lead", day=say.day(picture.since)),
        (
            Words(counted(say("tickets"), desk[:NUMBERS], say("no_tickets"))),
            Words(listed(say("escalations"), (_handled(say, one) for one in picture.escalations), say("no_escalations"))),
        ),
        (
            "Tickets: the signals of the support desk, as of the day on which this was made.",
            "Handled with priority: the escalations, with their days only. What was asked for stands in your brief.",
        ),
        (2, 3),
    )


def _handled(say: Say, one: Happened) -> str:
    return say("escalation_closed" if one.closed else "escalation_open", day=say.day(one.on))


def voice(say: Say, picture: Picture) -> Page:
    chart = figures.score_chart(say, picture)
    scores: Part = chart or Words(counted(say("scores"), figures.scored(say, picture)[:NUMBERS], say("no_answers")))
    quotes = [say("quote", words=shortened(one.words, QUOTE)) for one in picture.answers if _may_be_quoted(picture, one)]
    themes = tuple(dict.fromkeys(theme for one in picture.answers for theme in one.themes))
    told = [listed(say("quotes"), quotes[:QUOTES], say("no_words"))]
    told += [listed(say("themes"), themes[:THEMES], "")] if themes else []
    return Page(
        Name.VOICE,
        say("voice"),
        say("voice_lead", day=say.day(picture.since)),
        (scores, words(*told)),
        (
            "Scores: averages of the answers to your surveys that belong to this account; anonymous ones are not among them.",
            "Words: of somebody who is invited, without the name. Ask them before you show it, or take it out.",
        ),
        (3, 2),
    )


def _may_be_quoted(picture: Picture, answer: Answered) -> bool:
    return bool(clean(answer.words)) and bool(answer.who) and answer.who in picture.people


def plan(say: Say, picture: Picture) -> Page:
    return Page(
        Name.PLAN,
        say("plan"),
        say("plan_lead"),
        (_promises(say, picture), words(listed(say("next_steps"), (), say("no_steps")), _renewal(say, picture))),
        (
            "Open promises: tasks that were agreed in a meeting. Tasks that you set elsewhere are not here.",
            "Renewal: the CRM's `renewal_on`.",
        ),
        (3, 2),
    )


def _promises(say: Say, picture: Picture) -> Part:
    agreed = [one for one in picture.promises if one.agreed]
    if not agreed:
        return Words(listed(say("promise"), (), say("no_promises")))
    rows = (
        (
            shortened(one.what, PROMISE),
            shortened(picture.company if one.who == OURS else one.who, OWNER),
            say.short_day(one.due) if one.due else "",
        )
        for one in agreed[:ROWS]
    )
    head = say("promise"), say("owner"), say("due")
    return Grid((head, *rows), (6, 3, 2), say("plan"), len(agreed), say("more_promises", count="{count}"))


def _renewal(say: Say, picture: Picture) -> tuple[Paragraph, ...]:
    on = picture.renewal_on
    if on is None:
        return listed(say("renewal_heading"), (), say("no_renewal"))
    told = say("renewal_on" if on >= picture.taken_on else "renewal_was", day=say.day(on))
    return Paragraph(say("renewal_heading"), Role.HEADING), Paragraph(told, Role.TEXT)


def asks(say: Say, picture: Picture) -> Page:
    ours = [say("ask_reference")] if _is_happy(picture.answers) else []
    ours += [say("ask_sponsor"), say("ask_feedback" if picture.answers else "ask_survey")]
    return Page(
        Name.ASKS,
        say("asks"),
        say("asks_lead"),
        (
            Words(listed(say("we_ask"), ours, "")),
            Words(listed(say("they_ask"), picture.themes[:THEMES], say("no_asks"))),
        ),
        (
            "A reference is asked for where at least four of five answers are good.",
            "What they ask of us: the open themes of their answers.",
        ),
    )


def _is_happy(answers: Iterable[Answered]) -> bool:
    bands = [one.band for one in answers]
    return bool(bands) and bands.count("high") >= HAPPY * len(bands)
