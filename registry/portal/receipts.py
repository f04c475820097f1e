"""A receipt to keep: what a person refuses and since when, on paper and signed for machines; and checking one."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry import ids, phone, receipts
from registry.errors import ReceiptNotValid
from registry.models import Company, OptOut
from registry.portal import receipt_pdf
from registry.portal.forms import ReceiptForm
from registry.portal.opt_outs import OptOutPage
from registry.portal.opt_outs_shown import clock, limits, minute, show, title
from registry.portal.page import Page


def claims(number: int, rows: list[OptOut], at: datetime) -> dict[str, Any]:
    """What a receipt says: whose number, as of when, and every refusal in force with both its clocks."""
    return {
        "iss": settings.PUBLIC_URL,
        "sub": phone.e164(number),
        "iat": int(at.timestamp()),
        "opt_outs": [
            {
                "id": ids.public("opt", row.record_id),
                "scope": row.scope,
                "sector": row.sector,
                "company": {"id": ids.public("com", row.company_id), "name": row.company.name}
                if row.company_id is not None
                else None,
                "channels": row.channels,
                "days": row.days,
                "hours": {"from": clock(row.from_minute), "to": clock(row.to_minute)}
                if row.from_minute is not None
                else None,
                "said_at": row.said_at.isoformat(),
                "in_effect_since": row.valid.lower.isoformat(),
                "recorded_at": row.recorded.lower.isoformat(),
            }
            for row in rows
        ],
    }


class Read(NamedTuple):
    """One refusal of a receipt that somebody shows, in words."""

    id: str
    title: str
    limits: list[str]
    since: datetime


def read(said: dict[str, Any]) -> list[Read]:
    """The refusals of a receipt that verified, as pages show them."""
    rows = []
    for held in said["opt_outs"]:
        hours = held["hours"] or {}
        row = OptOut(
            scope=held["scope"],
            sector=held["sector"],
            company=Company(name=held["company"]["name"]) if held["company"] else None,
            channels=held["channels"],
            days=held["days"],
            from_minute=minute(hours["from"]) if hours else None,
            to_minute=minute(hours["to"]) if hours else None,
        )
        since = datetime.fromisoformat(held["in_effect_since"])
        rows.append(Read(held["id"], title(row), limits(row), since))
    return rows


class ReceiptPage(OptOutPage):
    """What the forms of the receipt share."""

    def signed(self) -> str:
        """The receipt as a compact JWS."""
        said = claims(self.person.number, self.standing(), self.moment.at)
        payload = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        return receipts.sign(payload, receipts.OPT_OUT_TYPE)

    def download(self, body: bytes, content_type: str, ending: str) -> HttpResponse:
        """A file to keep. Its name tells the day and not the number."""
        name = f"receipt-{self.moment.at:%Y-%m-%d}.{ending}"
        return HttpResponse(
            body,
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class Receipt(ReceiptPage):
    """What the receipt says, and its two files."""

    template = "registry/portal/receipt.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(rows=[show(row) for row in self.standing()], number=phone.e164(self.person.number))


class ReceiptJson(ReceiptPage):
    """The receipt for machines: the signed text, and its claims beside it to read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        receipt = self.signed()
        document = {
            "receipt": receipt,
            "claims": json.loads(receipts.verify(receipt, receipts.OPT_OUT_TYPE)),
            "keys": f"{settings.PUBLIC_URL}/.well-known/jwks.json",
        }
        body = json.dumps(document, ensure_ascii=False, indent=2).encode()
        return self.download(body, "application/json", "json")


class ReceiptPdf(ReceiptPage):
    """The receipt on paper, with the signed text attached."""

    def get(self, request: HttpRequest) -> HttpResponse:
        # Setting a page in Chinese takes most of a second: not a hundred times a minute.
        self.throttle("lookup")
        body = receipt_pdf.draw(
            number=phone.e164(self.person.number),
            rows=[show(row) for row in self.standing()],
            at=self.moment.at,
            language=get_language() or settings.LANGUAGE_CODE,
            receipt=self.signed(),
        )
        return self.download(body, "application/pdf", "pdf")


class ReceiptCheck(Page):
    """Is a receipt that somebody shows genuine? Open to anybody: who holds one knows what it says."""

    template = "registry/portal/receipt_check.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form=ReceiptForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self.throttle("lookup")
        form = ReceiptForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, status=422)
        try:
            said = json.loads(receipts.verify(form.cleaned_data["receipt"], receipts.OPT_OUT_TYPE))
        except ReceiptNotValid:
            form.add_error("receipt", _("This register did not sign that, or it was changed."))
            return self.show(form=form, status=422)
        return self.show(
            form=form,
            said=said,
            rows=read(said),
            at=datetime.fromtimestamp(said["iat"], tz=self.moment.at.tzinfo),
        )
