"""Themes: the form, the managers' card, the lists; in good times and bad."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.details import SurveyAnswer
from bot.messages.catalog.example_cast import ALDER, ANNA, BEN, HOSTILE, NORTHWIND, NOW, QUILL, hours
from bot.messages.catalog.facts import Money
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.playbooks import Count
from bot.messages.catalog.themes import (
    Affected,
    Back,
    Closing,
    ThemeAnswersModal,
    ThemeCard,
    ThemeChoice,
    ThemeCloseModal,
    ThemedAnswer,
    ThemeForm,
    ThemeLine,
    ThemeModal,
    ThemesAnswer,
    UnmarkedAnswer,
)

NASTY = "<!channel> *x* `y` _z_ ~w~ & \u202e\u200b {{7*7}} "
SLOW = "The monthly report takes twenty minutes."
MARTA = SurveyAnswer("r-1", "Marta Silva", "nps-half-yearly", "nps", "low", 3, NOW - hours(5), "Head of Operations", SLOW)
JON = SurveyAnswer("r-2", "Jon Reed", "nps-half-yearly", "nps", "middle", 7, NOW - hours(30), comment="Exports fail at the end of a month.")
SILENT = SurveyAnswer("r-3", "Eva Malá", "csat-onboarding", "csat", "low", 2, NOW - hours(90))
LONG = SurveyAnswer("r-4", NASTY * 9, "ces-x", "ces", "low", 1, NOW, NASTY * 9, NASTY * 200, themes=(NASTY,) * 9)
OF_MARTA, OF_JON, OF_EVA = ThemedAnswer(MARTA, NORTHWIND), ThemedAnswer(JON, ALDER), ThemedAnswer(SILENT, QUILL)
HIDDEN = ThemedAnswer(MARTA.without_words(), NORTHWIND, withheld=True)
ANONYMOUS = ThemedAnswer(replace(JON, who="", role=""))
WORST = ThemedAnswer(LONG, HOSTILE)
FIXED = Closing(NOW - hours(400), BEN, "Exports are ten times as fast since version 4.2")

CARD = ThemeCard(
    theme_id=3,
    name="Reports",
    told_at=NOW - hours(26),
    as_of=NOW - hours(2),
    recent=6,
    earlier=2,
    months=tuple((date(2026, month, 1), count) for month, count in zip(range(6, 12), (0, 1, 0, 1, 3, 5), strict=True)),
    accounts=(Affected(NORTHWIND, 3, Money(48_000, "EUR")), Affected(ALDER, 2, Money(31_000, "EUR")), Affected(QUILL, 1)),
    accounts_total=3,
    arr=(Money(79_000, "EUR"),),
    segments=(Count("enterprise", 4), Count("new-customers", 2)),
    quotes=(OF_MARTA, OF_JON),
)
RETURNED = replace(CARD, before=FIXED, since=2, recent=2, earlier=1, quotes=(OF_MARTA, ANONYMOUS))
FULL = replace(
    CARD,
    name=NASTY * 9,
    accounts=(Affected(HOSTILE, 9000, Money(9e12, "<x>")),) * ThemeCard.ACCOUNTS,
    accounts_total=900,
    arr=(Money(9e12, "<x>"),) * 9,
    segments=(Count(NASTY * 9, 9),) * 4,
    quotes=(WORST,) * 3,
    before=Closing(NOW, None, NASTY * 90),
    since=900,
)
CHOICES = tuple(map(ThemeChoice, ("Integrations", "Onboarding", "Price", "Reports")))
MODAL = ThemeModal(
    form=ThemeForm("r-1", 7, suggested=("Reports", "Integrations")), shown=OF_MARTA, others=(MARTA, JON, SILENT), themes=CHOICES
)
MANY = tuple(ThemeChoice(f"{at} {NASTY}"[:60], closed=True) for at in range(ThemeModal.MOST))
LINES = (
    ThemeLine("Reports", 3, 6, 2, 11, last=OF_MARTA),
    ThemeLine("Integrations", 4, 0, 1, 1, last=ANONYMOUS),
    ThemeLine("Price", 5, 1, 0, 4, Closing(NOW - hours(90), ANNA, "A smaller plan"), OF_JON),
    ThemeLine("Onboarding"),
)

THEME_EXAMPLES: dict[str, Message] = {
    "theme": CARD,
    "theme-returned": RETURNED,
    "theme-closed": replace(CARD, closed=Closing(NOW, ANNA, "A nightly export, told to all three")),
    "theme-followed": replace(CARD, followed_at=NOW),
    "theme-unmarked": replace(CARD, recent=0, earlier=0, accounts=(), accounts_total=0, arr=(), segments=(), quotes=()),
    "theme-in-a-shared-channel": RETURNED.for_strangers(),
    "theme-hostile": FULL,
    "themes": ThemesAnswer(lines=LINES, total=4, unmarked=12),
    "themes-none": ThemesAnswer(lines=(), total=0),
    "themes-many": ThemesAnswer(
        lines=tuple(
            ThemeLine(NASTY * 9, at, 9000, 9000, 99_999, Closing(NOW, None, NASTY * 90), WORST) for at in range(ThemesAnswer.PAGE_SIZE)
        ),
        total=99,
        page=2,
        unmarked=99_999,
        said=f"“{NASTY}” is open again.",
    ),
    "themes-unmarked": UnmarkedAnswer(answers=(OF_MARTA, ANONYMOUS, HIDDEN), total=3),
    "themes-unmarked-none": UnmarkedAnswer(answers=(), total=0),
    "themes-unmarked-many": UnmarkedAnswer(answers=(WORST,) * 8, total=99, page=2),
}
THEME_MODALS: dict[str, Modal] = {
    "theme": MODAL,
    "theme-looking": replace(MODAL, form=ThemeForm("r-1", 7), looking=True, others=()),
    "theme-nothing-like-it": replace(MODAL, form=ThemeForm("r-2", 7), shown=OF_JON, others=()),
    "theme-marked": replace(MODAL, form=ThemeForm("r-2", 7, 1, marked=(3,)), shown=OF_JON, marked=("Reports",)),
    "theme-without-words": replace(MODAL, form=ThemeForm("r-3"), shown=OF_EVA, others=()),
    "theme-withheld": replace(MODAL, form=ThemeForm("r-1"), shown=HIDDEN, others=()),
    "theme-the-first": ThemeModal(form=ThemeForm("r-1"), shown=OF_MARTA),
    "theme-hostile": ThemeModal(
        form=ThemeForm("r-4", 7, suggested=tuple(one.name for one in MANY[:3]), back=Back("unmarked", 2, "https://hooks.example/r")),
        shown=WORST,
        others=tuple(replace(LONG, response_id=f"r-{at}") for at in range(ThemeModal.MOST)),
        themes=MANY,
        marked=tuple(one.name for one in MANY[:9]),
        unlisted=900,
    ),
    "theme-answers": ThemeAnswersModal(theme_id=3, name="Reports", answers=(OF_MARTA, OF_JON, OF_EVA, HIDDEN), total=4),
    "theme-answers-none": ThemeAnswersModal(theme_id=3, name="Reports", answers=(), total=0, hidden=2),
    "theme-answers-many": ThemeAnswersModal(theme_id=3, name=NASTY * 9, answers=(WORST,) * 8, total=99, page=2),
    "theme-close": ThemeCloseModal(theme_id=3, name="Reports", recent=6),
    "theme-close-hostile": ThemeCloseModal(theme_id=3, name=NASTY * 9, recent=1),
}
