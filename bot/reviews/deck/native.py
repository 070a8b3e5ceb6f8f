"""Charts and tables as PowerPoint's own: their numbers can be edited there, their colours are the theme's."""

from typing import Any

from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.slide import Slide
from pptx.util import Emu, Pt

from bot.reviews.deck.page import Graph, Grid
from bot.reviews.deck.text import clean, fit_line, lines, shortened, width

Where = tuple[int, int, int, int]
"""Left, top, width and height in EMU."""
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""*No style, no grid*, as every office program knows it."""
LABELS = 7
"""So many weeks are named along an axis; those between are not."""
SMALL, USUAL = 11, 12
TITLE = 0.85
"""The share of a chart's width that its title may take: beyond, some programs break it."""
HEAD_TALL, ROW_TALL = 32, 27
"""Points of a table's rows with one line."""


def put(placeholder: Any, graph: Graph) -> None:
    """Into a chart placeholder."""
    _finish(placeholder.insert_chart(_kind(graph), _data(graph)), graph)


def add(slide: Slide, graph: Graph, where: Where) -> None:
    left, top, wide, tall = (Emu(value) for value in where)
    _finish(slide.shapes.add_chart(_kind(graph), left, top, wide, tall, _data(graph)), graph)


def _kind(graph: Graph) -> Any:
    return XL_CHART_TYPE.COLUMN_CLUSTERED if graph.columns else XL_CHART_TYPE.LINE_MARKERS


def _data(graph: Graph) -> Any:
    data: Any = CategoryChartData(number_format="General")  # type: ignore[no-untyped-call]
    data.categories = list(graph.labels)
    for series in graph.series:
        data.add_series(_cell(series.name), series.values)
    return data


def _cell(text: str) -> str:
    """As the sheet behind the chart takes it: as text, never as a formula."""
    return shortened(text, 60).lstrip("={") or "–"


def _finish(frame: Any, graph: Graph) -> None:
    frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(graph.alt))
    chart: Chart = frame.chart
    chart.font.size = Pt(SMALL)
    chart.font.color.theme_color = THEME.TEXT_1
    _title(chart, graph, frame.width / 12700)
    _axes(chart, graph)
    _series(chart, graph)
    chart.has_legend = False


def _title(chart: Chart, graph: Graph, room: float) -> None:
    """At the left, as the slide's other headings: its name in bold, the newest value after it."""
    chart.has_title = True
    frame = chart.chart_title.text_frame
    note, most = clean(graph.note), room * TITLE
    note = note if width(graph.title, 16) + width(note, 15) <= most else ""  # rather none than half of it
    name, size = fit_line(graph.title, 16, most - width(note, 15), 1, USUAL)
    for text, points in ((name, size), (f"   {note}" if note else "", 14)):
        run = frame.paragraphs[0].add_run()
        run.text, run.font.size, run.font.bold = text, Pt(points), text == name
        run.font.color.theme_color = THEME.TEXT_2
    frame.paragraphs[0]._p.get_or_add_pPr().set("algn", "l")
    title = chart.chart_title._element
    for old in title.findall(f"{{{C}}}layout"):
        title.remove(old)
    at = "".join(f'<c:{name} val="{value}"/>' for name, value in (("xMode", "edge"), ("yMode", "edge"), ("x", "0.005"), ("y", "0.01")))
    layout = parse_xml(f'<c:layout xmlns:c="{C}"><c:manualLayout>{at}</c:manualLayout></c:layout>')
    title.find(f"{{{C}}}tx").addnext(layout)
    chart.chart_title.include_in_layout = False


def _axes(chart: Chart, graph: Graph) -> None:
    """Values from zero, so that a small change looks small."""
    value, category = chart.value_axis, chart.category_axis
    value.minimum_scale = 0 if _lowest(graph) >= 0 else None
    value.maximum_scale = graph.top
    value.has_major_gridlines, value.major_tick_mark = True, XL_TICK_MARK.NONE
    value.major_gridlines.format.line.color.theme_color = THEME.BACKGROUND_2
    value.major_gridlines.format.line.width = Pt(1)
    value.format.line.fill.background()
    value.tick_labels.number_format, value.tick_labels.number_format_is_linked = "#,##0.##" if _is_fine(graph) else "#,##0", False
    category.major_tick_mark, category.tick_label_position = XL_TICK_MARK.NONE, XL_TICK_LABEL_POSITION.LOW
    category.format.line.color.theme_color = THEME.ACCENT_6
    for axis in (value, category):
        axis.tick_labels.font.size = Pt(SMALL)
    apart = -(-len(graph.labels) // LABELS)
    if apart > 1:
        skip = parse_xml(f'<c:tickLblSkip xmlns:c="{C}" val="{apart}"/>')
        category._element.find(f"{{{C}}}noMultiLvlLbl").addprevious(skip)


def _lowest(graph: Graph) -> float:
    return min((value for series in graph.series for value in series.values if value is not None), default=0)


def _is_fine(graph: Graph) -> bool:
    return max((abs(value) for series in graph.series for value in series.values if value is not None), default=0) < 5


def _series(chart: Chart, graph: Graph) -> None:
    plot: Any = chart.plots[0]
    for at, series in enumerate(plot.series):
        colour = THEME.ACCENT_6 if at else THEME.ACCENT_1
        if graph.columns:
            series.format.fill.solid()
            series.format.fill.fore_color.theme_color = colour
        else:
            _line(series, colour, compared=bool(at))
    if graph.columns:
        plot.gap_width, plot.has_data_labels = 80, True
        labels = plot.data_labels
        labels.font.size, labels.show_value = Pt(USUAL), True
        labels.number_format, labels.number_format_is_linked = "#,##0.##" if _is_fine(graph) else "#,##0.#", False


def _line(series: Any, colour: THEME, compared: bool) -> None:
    """What it is compared with is thin, grey and dashed."""
    series.smooth = False
    line = series.format.line
    line.color.theme_color, line.width = colour, Pt(1.5 if compared else 2.75)
    series.marker.style = XL_MARKER_STYLE.NONE if compared else XL_MARKER_STYLE.CIRCLE
    if compared:
        line.dash_style = MSO_LINE.DASH
        return
    series.marker.size = 6
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.theme_color = colour
    series.marker.format.line.color.theme_color = colour


def add_table(slide: Slide, grid: Grid, where: Where) -> None:
    """As many rows as fit."""
    left, top, wide, tall = where
    body = _fitting(grid, wide / 12700, tall / 12700)
    shown = [grid.rows[0], *body]
    if len(body) < grid.total:
        shown.append((grid.more.format(count=grid.total - len(body)), *[""] * (len(grid.shares) - 1)))
    frame = slide.shapes.add_table(len(shown), len(grid.shares), Emu(left), Emu(top), Emu(wide), Pt(ROW_TALL * len(shown)))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(grid.heading))
    table = frame.table
    _plain(table)
    for column, share in enumerate(grid.shares):
        table.columns[column].width = Emu(int(wide * share / sum(grid.shares)))
    for at, row in enumerate(shown):
        table.rows[at].height = Pt(HEAD_TALL if at == 0 else ROW_TALL)  # higher where a text needs it, by itself
        for cell, text in zip(table.rows[at].cells, row, strict=True):
            _cell_text(cell, text, head=at == 0)


def _fitting(grid: Grid, wide: float, tall: float) -> list[tuple[str, ...]]:
    """The last line is kept for how many more there are."""
    kept, used = [], HEAD_TALL
    for at, row in enumerate(grid.rows[1:]):
        used += ROW_TALL * _tall(grid, row, wide)
        last = at + 1 == grid.total
        if used + (0 if last else ROW_TALL) > tall:
            break
        kept.append(row)
    return kept


def _tall(grid: Grid, row: tuple[str, ...], wide: float) -> int:
    whole = sum(grid.shares)
    return max(lines(text, wide * share / whole - 16, 14) for text, share in zip(row, grid.shares, strict=True))


def _plain(table: Any) -> None:
    """No stripes, no grid: a line below each row is drawn with its cells."""
    table._tbl.tblPr.find(f"{{{A}}}tableStyleId").text = NO_STYLE
    table.horz_banding = False


def _cell_text(cell: Any, text: str, head: bool) -> None:
    cell.margin_left, cell.margin_right, cell.vertical_anchor = Pt(6), Pt(6), MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = Pt(3)
    cell.text_frame.word_wrap = True
    run = cell.text_frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.bold = clean(text), Pt(14), head
    run.font.color.theme_color = THEME.TEXT_2 if head else THEME.TEXT_1
    colour = "tx2" if head else "accent6"
    line = f'<a:lnB xmlns:a="{A}" w="{12700 if head else 6350}"><a:solidFill><a:schemeClr val="{colour}"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))
