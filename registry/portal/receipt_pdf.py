"""The receipt on paper: one page or more of A4, in either language, its font embedded, the signed text attached."""

import logging
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from fpdf import FPDF, XPos, YPos
from pylopdf_fonts_zh_cn import sans_path

from registry.portal.opt_outs_shown import Shown

#: Millimetres of A4 left free at each side; the grey and green of the pages.
MARGIN = 22
INK, MUTED, BRAND, LINE = (22, 33, 30), (81, 96, 91), (14, 90, 75), (217, 216, 205)
FONT = "Noto Sans SC"

# The library that cuts the font down says what it left out, at length.
logging.getLogger("fontTools").setLevel(logging.ERROR)  # noqa: TID251 - somebody else's logger


class Paper(FPDF):
    """A4 with our font, and a foot on every page."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot_text = foot
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 8)
        self.add_font(FONT, fname=sans_path())
        self.add_page()

    def footer(self) -> None:
        """The address that checks the receipt, and the page."""
        self.set_y(-MARGIN)
        self.write_line(f"{self.foot_text}  ·  {self.page_no()}", size=8, colour=MUTED)

    def write_line(
        self, text: str, *, size: float, colour: tuple[int, int, int] = INK, after: float = 0
    ) -> None:
        """One paragraph, and the space after it in millimetres."""
        self.set_font(FONT, size=size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.55, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        self.ln(after)

    def rule(self) -> None:
        """A thin line across the page."""
        self.set_draw_color(*LINE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.ln(4)


def draw(*, number: str, rows: list[Shown], at: datetime, language: str, receipt: str) -> bytes:
    """The receipt as a PDF. `at` is aware; times are shown in the current time zone."""
    paper = Paper(_("Check this receipt: %(address)s") % {"address": f"{settings.PUBLIC_URL}/receipts/"})
    paper.set_title(_("Receipt of refusals"))
    paper.set_lang("zh-Hans" if language == "zh-hans" else language)
    paper.set_creation_date(at)
    paper.write_line(_("Consent Register"), size=11, colour=BRAND, after=6)
    paper.write_line(_("Receipt of refusals"), size=24, after=4)
    paper.write_line(number, size=16, after=1)
    paper.write_line(_("As on record on %(time)s") % {"time": _time(at)}, size=10.5, colour=MUTED, after=6)
    if not rows:
        paper.rule()
        paper.write_line(_("Nothing is refused for this number."), size=12, after=4)
    for row in rows:
        paper.rule()
        paper.write_line(row.title, size=14, after=1)
        for limit in row.limits:
            paper.write_line(limit, size=10.5)
        paper.write_line(
            _("In force since %(since)s, said %(source)s; on record since %(recorded)s; reference %(id)s")
            % {
                "since": _time(row.in_effect_since),
                "source": row.source,
                "recorded": _time(row.recorded_at),
                "id": row.id,
            },
            size=9.5,
            colour=MUTED,
            after=4,
        )
    paper.rule()
    paper.write_line(
        _(
            "Whoever makes sales calls must ask the register before dialling, and was or will be told no from the "
            "times above. This paper carries the signed receipt as an attachment, receipt.jws."
        ),
        size=9.5,
        colour=MUTED,
    )
    paper.embed_file(
        basename="receipt.jws", bytes=receipt.encode(), mime_type="application/jose", desc=_("Signed receipt")
    )
    return bytes(paper.output())


def _time(at: datetime) -> str:
    """A time to the minute with its zone, in the page's language."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATETIME_FORMAT')} ({timezone.get_current_timezone_name()})"
