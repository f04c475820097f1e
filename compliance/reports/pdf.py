"""A report on paper: A4, in either language, its font embedded; charts are drawn, and stand beside their tables."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from fpdf.fonts import FontFace

from compliance import charts
from compliance.reports.kind import Question
from compliance.reports.shown import Rows, Shown, Total, shown
from registry.portal.receipt_pdf import BRAND, FONT, INK, LINE, MARGIN, MUTED, Paper

#: As in desk.css.
SERIES = ((14, 90, 75), (194, 106, 0), (26, 79, 214), (156, 35, 40), (107, 90, 142), (91, 107, 102))
#: Dashes and gaps of lines, so that they can be told apart without colour.
DASHES = ((0, 0), (2.4, 1), (0.8, 1), (3.4, 1), (1.4, 1.4), (0.4, 1.6))
#: Rows of one table on paper; the files for machines hold all.
MOST_ROWS = 200


def draw(
    question: Question, figures: dict[str, Any], proof: list[tuple[str, str]], *, language: str
) -> bytes:
    """The report as a PDF. `proof`: names of digests and moments, and their values. The same input, the same bytes."""
    with translation.override(language):
        report = shown(question, figures)
        paper = Paper(_("%(title)s, %(period)s") % {"title": report.title, "period": report.period})
        paper.set_title(f"{report.title} {report.period}")
        paper.set_lang("zh-Hans" if language == "zh-hans" else language)
        paper.set_creation_date(question.as_of)
        _head(paper, report, question.as_of)
        _totals(paper, report.totals)
        for table in report.tables:
            _table(paper, table)
        _words(paper, report)
        paper.rule()
        for name, value in proof:
            paper.write_line(f"{name}: {value}", size=8, colour=MUTED)
        return bytes(paper.output())


def _head(paper: Paper, report: Shown, as_of: datetime) -> None:
    paper.write_line(_("Consent Register"), size=11, colour=BRAND, after=4)
    paper.write_line(str(report.title), size=22, after=2)
    paper.write_line(report.period, size=14, after=1)
    for name, value in report.narrowed:
        paper.write_line(f"{name}: {value}", size=11, after=0.5)
    paper.write_line(
        _("As on record on %(time)s") % {"time": f"{as_of:%Y-%m-%d %H:%M:%S} UTC"},
        size=9.5,
        colour=MUTED,
        after=2,
    )
    paper.write_line(str(report.means), size=10.5, after=4)


def _totals(paper: Paper, totals: list[Total]) -> None:
    compared = any(total.before for total in totals)
    head = [_("Figure"), _("Value"), *([_("Period before"), _("Change")] if compared else [])]
    rows = [
        [total.title, total.value, *([total.before or "–", total.change or "–"] if compared else [])]
        for total in totals
    ]
    _grid(paper, head, rows, labels=1)


def _table(paper: Paper, table: Rows) -> None:
    # A heading stays with what it heads.
    if paper.will_page_break(75 if table.chart else 30):
        paper.add_page()
    paper.ln(4)
    paper.write_line(table.title, size=14, after=1.5)
    if not table.rows:
        paper.write_line(_("Nothing in this period."), size=10, colour=MUTED, after=2)
        return
    if table.chart:
        _chart(paper, table.chart)
    head = [*table.by, *(str(figure.title) for figure in table.columns)]
    _grid(
        paper, head, [[*labels, *values] for labels, values in table.rows[:MOST_ROWS]], labels=len(table.by)
    )
    if len(table.rows) > MOST_ROWS:
        paper.write_line(
            _("The first %(count)s rows; the files hold all.") % {"count": MOST_ROWS}, size=9, colour=MUTED
        )


def _grid(paper: Paper, head: list[str], rows: list[list[str]], *, labels: int) -> None:
    paper.set_font(FONT, size=8.5)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    # Cells are filled with the colour of the last bar otherwise.
    paper.set_fill_color(255, 255, 255)
    widths = [3 if n < labels else 2 for n in range(len(head))]
    align = ["LEFT" if n < labels else "RIGHT" for n in range(len(head))]
    with paper.table(
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="", color=MUTED),
        col_widths=tuple(widths),
        text_align=tuple(align),
        line_height=5.2,
        padding=0.6,
    ) as grid:
        for line in (head, *rows):
            row = grid.row()
            for cell in line:
                row.cell(cell)
    paper.ln(2)


def _chart(paper: Paper, chart: charts.Chart) -> None:
    drawing = charts.draw(chart)
    scale = (paper.w - 2 * MARGIN) / drawing.width
    left, top = MARGIN, paper.get_y()

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * scale, top + y * scale

    paper.set_font(FONT, size=7)
    paper.set_text_color(*MUTED)
    for tick in drawing.across:
        paper.set_draw_color(*LINE)
        paper.line(*at(drawing.left, tick.at), *at(drawing.right, tick.at))
        x, y = at(drawing.left - 8, tick.at)
        paper.text(x - paper.get_string_width(tick.says), y + 0.9, tick.says)
    for bar in drawing.bars:
        paper.set_fill_color(*SERIES[bar.series - 1])
        x, y = at(bar.x, bar.y)
        paper.rect(x, y, bar.width * scale, bar.height * scale, style="F")
    for line in drawing.lines:
        paper.set_draw_color(*SERIES[line.series - 1])
        paper.set_line_width(0.5)
        dash, gap = DASHES[line.series - 1]
        paper.set_dash_pattern(dash, gap)
        points = [at(*map(float, point.split(","))) for point in line.points.split()]
        paper.polyline(points if len(points) > 1 else points * 2)
    paper.set_dash_pattern()
    paper.set_line_width(0.2)
    below = _that_fit(paper, drawing.below, scale)
    for tick in below:
        x, y = at(tick.at, drawing.floor + 18)
        paper.text(x - paper.get_string_width(tick.says) / 2, y, tick.says)
    paper.set_y(top + drawing.height * scale + 1)
    if len(chart.series) > 1:
        _legend(paper, chart)


def _that_fit(paper: Paper, ticks: list[charts.Tick], scale: float) -> list[charts.Tick]:
    """The labels below, shortened where they would run into each other."""
    if len(ticks) < 2:
        return ticks
    room = (ticks[1].at - ticks[0].at) * scale - 1
    shortened = []
    for tick in ticks:
        text = tick.says
        while len(text) > 2 and paper.get_string_width(text) > room:
            text = f"{text.rstrip('…')[:-1]}…"
        shortened.append(charts.Tick(tick.at, text))
    return shortened


def _legend(paper: Paper, chart: charts.Chart) -> None:
    x = MARGIN
    for number, (name, _values) in enumerate(chart.series[: charts.MOST_SERIES]):
        paper.set_fill_color(*SERIES[number])
        paper.rect(x, paper.get_y(), 2.5, 2.5, style="F")
        paper.text(x + 3.5, paper.get_y() + 2.3, name)
        x += 8 + paper.get_string_width(name)
    paper.ln(5)


def _words(paper: Paper, report: Shown) -> None:
    if paper.will_page_break(40):
        paper.add_page()
    paper.ln(4)
    paper.write_line(_("What the figures mean"), size=14, after=1.5)
    for figure in report.definitions:
        paper.write_line(f"{figure.title}: {figure.means}", size=9, after=0.6)
    paper.ln(2)
