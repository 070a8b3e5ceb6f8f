"""Charts: what is in the picture, seen on both of Slack's grounds, and the same in words."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.charts import draw as drawing
from bot.charts.chart import Chart, alt_of, chart_of
from bot.charts.draw import HEIGHT, INK, LINE, SCALE, USUAL, WIDTH, draw
from bot.charts.trend import Scale, TrendPoint, trend_of

MONDAY = date(2026, 8, 24)
LIGHT, DARK = "#ffffff", "#1a1d21"
TOLD = "Active users, by week from 24 Aug to 16 Nov: 43 a day at first, 16 at last; lowest 16 (16 Nov), highest 44 (7 Sep); usual: 41."
FALLING = (43.0, 41, 44, 40, 42, 41, 43, 39, 38, 33, 27, 19, 16)


def weeks(*values: float | None) -> tuple[tuple[date, float | None], ...]:
    return tuple((MONDAY + timedelta(weeks=at), value) for at, value in enumerate(values))


def chart(*values: float | None, baseline: float | None = None) -> Chart:
    return chart_of("Active users", "a day", weeks(*values), baseline)


Pixels = NDArray[np.uint8]


def picture(shown: Chart) -> Pixels:
    """Rows of pixels, each red, green, blue and how opaque it is."""
    found: Pixels = np.asarray(Image.open(BytesIO(draw(shown)), formats=["PNG"]).convert("RGBA"))
    return found


def is_ink(found: Pixels, colour: str) -> NDArray[np.bool_]:
    """Which pixels are (nearly) of this colour and opaque."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    near: NDArray[np.bool_] = (np.abs(found[..., :3].astype(int) - wanted) < 12).all(axis=2) & (found[..., 3] > 200)
    return near


def share_of(found: Pixels, colour: str) -> float:
    return float(is_ink(found, colour).mean())


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ink", [INK, LINE, USUAL])
@pytest.mark.parametrize("ground", [LIGHT, DARK])
def test_every_ink_stands_out_from_both_grounds(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4


def test_the_picture_is_crisp_light_and_lets_the_ground_through() -> None:
    shown = chart(*FALLING, baseline=41.2)
    found = picture(shown)
    assert found.shape == (HEIGHT * SCALE, WIDTH * SCALE, 4) == (336, 960, 4)
    assert len(draw(shown)) < 40_000
    assert not found[[0, 0, -1, -1], [0, -1, 0, -1], 3].any()
    for ink in (LINE, USUAL, INK):
        assert share_of(found, ink) > 0.0005


def test_a_line_that_falls_ends_low() -> None:
    line = is_ink(picture(chart(*FALLING)), LINE)
    assert line[:, 105].nonzero()[0].max() < 80
    assert line[:, 735].nonzero()[0].min() > 150


@pytest.mark.parametrize("values", [(0.0,) * 13, (17.0,), (None, None, 5.0, None), (-10.0, 20.0, -40.0), (1e12, 2e12), (0.001, 0.002)])
def test_whatever_the_values_there_is_a_line(values: tuple[float | None, ...]) -> None:
    found = picture(chart(*values, baseline=values[-1]))
    assert found.shape == (336, 960, 4)
    assert share_of(found, LINE) > 0.0002


def test_without_a_value_the_picture_says_so() -> None:
    for empty in (chart(), chart(None, None)):
        found = picture(empty)
        assert share_of(found, LINE) == 0
        assert share_of(found, INK) > 0.0002


def test_the_usual_value_is_a_line_of_its_own() -> None:
    assert share_of(picture(chart(*FALLING)), USUAL) == 0
    assert share_of(picture(chart(*FALLING, baseline=41)), USUAL) > 0.002


def test_nothing_in_a_unit_is_read_as_a_formula() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font has not
        assert draw(chart_of("$x^{", "$\\frac{1}{ 日本 <!channel>", weeks(1, 2)))


def test_several_threads_may_draw() -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(draw, [chart(*FALLING)] * 8))
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [(17, "17"), (1_234, "1,234"), (99_999, "99,999"), (120_000, "120k"), (14_800_000, "15M"), (3.2e9, "3.2bn"), (-2e6, "−2M")],
)
def test_great_numbers_are_short_at_the_margin(value: float, shown: str) -> None:
    assert drawing._short(value) == shown


@pytest.mark.parametrize(
    ("values", "baseline", "words"),
    [
        (FALLING, 41.2, TOLD),
        ((0.0, 0.0), None, "Active users, by week from 24 Aug to 31 Aug: nothing."),
        ((7.0, 7.0), 9, "Active users, by week from 24 Aug to 31 Aug: 7 a day all the time; usual: 9."),
        ((17.0,), None, "Active users, 24 Aug 2026: 17 a day."),
        ((None, 3.0, None), 4, "Active users, 31 Aug 2026: 3 a day; usual: 4."),
        ((), None, "Active users: no data."),
        ((None,), None, "Active users: no data."),
    ],
)
def test_the_words_tell_the_numbers(values: tuple[float | None, ...], baseline: float | None, words: str) -> None:
    assert chart(*values, baseline=baseline).alt == words


def test_days_are_told_as_days() -> None:
    days = [(MONDAY + timedelta(days=at), float(at)) for at in range(3)]
    assert alt_of("Reports run", "", days).startswith("Reports run, by day from 24 Aug to 26 Aug: 0 at first, 2 at last;")


TREND = trend_of(
    "nps by quarter",
    Scale(-100, 100, signed=True),
    [TrendPoint("Q1 2026", 7), TrendPoint("Q2 2026", 34, 21.4, -1.2, 39.0), TrendPoint("Q3 2026", 1_200, -4.4, -8.0, 0.0)],
)


def test_a_trend_tells_its_numbers_in_words() -> None:
    assert TREND.alt == (
        "nps by quarter: Q1 2026 too few to say (7 answers); Q2 2026 +21 (−1 to +39, 34 answers); Q3 2026 −4 (−8 to 0, 1,200 answers)."
    )
    assert [point.label for point in TREND.known] == ["Q2 2026", "Q3 2026"]
    share = trend_of("csat", Scale(0, 100, "%"), [TrendPoint("Q1 2026", 12, 83.3, 60.0, 95.0)])
    assert share.alt == "csat: Q1 2026 83 % (60 to 95 %, 12 answers)."
    mean = trend_of("ces", Scale(1, 7), [TrendPoint("Q1 2026", 1, 5.63, 5.2, 6.06)])
    assert mean.alt == "ces: Q1 2026 5.6 (5.2 to 6.1, 1 answer)."
    assert trend_of("ces", Scale(1, 7), []).alt == "ces: no answers."


def test_a_trend_has_a_line_and_a_gap_where_there_are_too_few_answers() -> None:
    found = np.array(Image.open(BytesIO(draw(TREND))).convert("RGBA"))
    assert found.shape == (336, 960, 4)
    inked = is_ink(found, LINE).nonzero()[1]
    assert inked.min() > 400, "nothing is drawn for the first quarter but words"
    assert inked.max() > 780


@pytest.mark.parametrize("count", [0, 1, 8])
def test_a_trend_of_any_length_is_drawn(count: int) -> None:
    points = [TrendPoint("$x^{", 9_999, at - 4.0, -100, 100, "日本") for at in range(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font has not
        assert draw(trend_of("<!channel>", Scale(-100, 100), points))
