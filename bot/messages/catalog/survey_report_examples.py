"""What surveys say: much, little, and nothing at all."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.example_cast import ALDER, ANNA, BEN, HOSTILE, NORTHWIND, PETRA, QUILL, TODAY
from bot.messages.catalog.message import Message
from bot.messages.catalog.survey_report import (
    AskedFacts,
    BandShare,
    Breakdown,
    GroupFact,
    HeldCount,
    LoopFacts,
    QuarterFact,
    QuoteFact,
    SurveyChart,
    SurveyFigure,
    SurveyLine,
    SurveyList,
    SurveyReport,
    ThemeCount,
)

EVIL = "<!channel> & *Co* `x` " + "very long " * 40
SINCE = date(2025, 11, 23)


def _nps(value: float, low: float, high: float, count: int) -> SurveyFigure:
    shares = (BandShare("promoter", 0.52), BandShare("passive", 0.28), BandShare("detractor", 0.2))
    return SurveyFigure("nps", count, value, low, high, shares)


def _csat(value: float, low: float, high: float, count: int) -> SurveyFigure:
    shares = (BandShare("satisfied", value), BandShare("neutral", 0.1), BandShare("dissatisfied", 0.9 - value))
    return SurveyFigure("csat", count, value, low, high, shares)


EASY = SurveyFigure("ces", 31, 5.63, 5.2, 6.06, (BandShare("easy", 0.84), BandShare("neutral", 0.1), BandShare("difficult", 0.06)))
NPS = _nps(31.7, 20.9, 41.8, 1_143)
QUARTERS = (
    QuarterFact(date(2025, 10, 1), SurveyFigure("nps", 7)),
    QuarterFact(date(2026, 1, 1), _nps(18.2, 3.4, 32.1, 96)),
    QuarterFact(date(2026, 4, 1), _nps(-4.4, -16.0, 7.5, 204)),
    QuarterFact(date(2026, 7, 1), _nps(40.6, 31.2, 49.1, 387)),
    QuarterFact(date(2026, 10, 1), _nps(44.1, 36.0, 51.5, 456)),
)
ALT = (
    "nps by quarter: Q4 2025 too few to say (7 answers); Q1 2026 +18 (+3 to +32, 96 answers); Q2 2026 −4 (−16 to +8, 204 answers); "
    "Q3 2026 +41 (+31 to +49, 387 answers); Q4 2026 +44 (+36 to +52, 456 answers)."
)
REPORT = SurveyReport(
    name="nps",
    about="Would they recommend us? Asked twice a year",
    since=SINCE,
    until=TODAY,
    figure=NPS,
    asked=AskedFacts(3_120, 1_143, 84, 12, 5, (HeldCount("asked_lately", 240), HeldCount("no_address", 31), HeldCount("other_thing", 1))),
    top=10,
    quarters=QUARTERS,
    segments=Breakdown((GroupFact("new-customers", _nps(-2.1, -14.5, 10.4, 187)), GroupFact("big", SurveyFigure("nps", 9)))),
    csms=Breakdown(
        (
            GroupFact("anna@ours.example", _nps(41.2, 33, 48.6, 512), ANNA),
            GroupFact("ben@ours.example", _nps(30.9, 20, 41.1, 300), BEN),
            GroupFact("petra@ours.example", SurveyFigure("nps", 4), PETRA),
        ),
        more=3,
    ),
    themes=(ThemeCount("Billing", 41, 33), ThemeCount("Exports", 12), ThemeCount(EVIL[:60], 1, 1)),
    loops=LoopFacts(229, 180, 2.5),
    quotes=(
        QuoteFact("It got <slow> since the *last* update", 3, date(2026, 11, 21), NORTHWIND, "Marta Silva"),
        QuoteFact("Bez Vás bychom to nezvládli. Спасибо!", 10, date(2026, 11, 20), ALDER, "Jan Novák"),
        QuoteFact(EVIL[:300], 0, date(2026, 11, 2), HOSTILE, EVIL),
    ),
)
LIST = SurveyList(
    lines=(
        SurveyLine("nps", "Would they recommend us? Asked twice a year", NPS, date(2026, 11, 21)),
        SurveyLine("csat-onboarding", "Satisfied with the first weeks?", _csat(0.84, 0.78, 0.89, 202), date(2026, 11, 19)),
        SurveyLine("ces-integration", "How easy was the first integration?", EASY, date(2026, 10, 2)),
        SurveyLine("pulse", EVIL, SurveyFigure("nps", 6), date(2026, 9, 30), anonymous=True),
        SurveyLine("nps-renewal", "Asked before the renewal", SurveyFigure("nps", 0)),
    ),
    since=SINCE,
)
PULSE = replace(
    REPORT,
    name="pulse",
    anonymous=True,
    segments=Breakdown((GroupFact("new-customers", SurveyFigure("nps", 8)),), hidden=True),
    csms=None,
    loops=None,
    quotes=(QuoteFact("Keep going", 9, date(2026, 11, 21)),),
)
SURVEY_REPORT_EXAMPLES: dict[str, Message] = {
    "surveys": LIST,
    "surveys-none": replace(LIST, lines=()),
    "survey-report": REPORT,
    "survey-report-with-picture": replace(REPORT, picture="F0CHART1", alt=ALT, csms=None),
    "survey-report-of-a-segment": replace(REPORT, segment="new-customers", segments=None, csms=None, figure=EASY, top=7, quotes=()),
    "survey-report-few": replace(
        REPORT,
        figure=SurveyFigure("nps", 1),
        asked=AskedFacts(1, 1, 0, 0, 1),
        quarters=QUARTERS[:1],
        segments=Breakdown(),
        csms=Breakdown(),
        themes=(),
        loops=LoopFacts(1, 0),
        quotes=(QuoteFact("?", 6, date(2026, 11, 21), QUILL),),
    ),
    "survey-report-none": SurveyReport(
        name="csat-onboarding", about="", since=SINCE, until=TODAY, figure=SurveyFigure("csat", 0), asked=AskedFacts(), top=5
    ),
    "survey-report-anonymous": PULSE,
    "survey-report-withheld": replace(
        PULSE, figure=SurveyFigure("nps", 0), asked=AskedFacts(4, 3, 1), withheld=True, quarters=(), segments=None, themes=(), quotes=()
    ),
    "survey-chart": SurveyChart(title="nps by quarter", file_id="F0CHART1", alt=ALT),
}
