"""My number: what holds for it now, at a glance, and the way to everything else."""

from django.http import HttpRequest, HttpResponse

from registry import carers, consents, policies
from registry.models import Consent
from registry.phone import mask
from registry.portal.opt_outs import OptOutPage
from registry.portal.opt_outs_shown import show


class MyNumber(OptOutPage):
    """The first page after proving a number."""

    template = "registry/portal/my_number.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        everything = self.everything()
        standing = self.standing()
        claimed = self._claimed()
        terms = policies.for_number(self.person.number, "other", self.moment).terms
        return self.show(
            everything=show(everything) if everything else None,
            others=[show(row) for row in standing if row is not everything and row != everything],
            unanswered=sum(1 for status, _ in claimed if status == "recorded"),
            open=sum(1 for status, _ in claimed if status in ("recorded", "confirmed")),
            surviving=self._surviving(claimed, everything, survives=terms["consent_survives_opt_out"]),
            consent_required=terms["basis"] == "consent_required",
            wards=self._wards(),
        )

    def _wards(self) -> list[tuple[int, str]]:
        """For whom the person may act: the leave's id and the masked number."""
        if self.person.carer is not None:
            return []
        rows = carers.in_force(self.moment).filter(number=self.person.number).order_by("pk")
        return [(row.pk, mask(row.ward)) for row in rows]

    def _claimed(self) -> list[tuple[str, Consent]]:
        """Every consent about the number with its status now."""
        found: dict[int, list[Consent]] = {}
        rows = Consent.objects.current().filter(number=self.person.number, given_at__gte=self.held_since)
        for row in rows.order_by("valid"):
            found.setdefault(row.record_id, []).append(row)
        return [(consents.status(rows, self.moment.at), rows[-1]) for rows in found.values()]

    def _surviving(self, claimed: list[tuple[str, Consent]], everything: object, *, survives: bool) -> int:
        """How many consents still let a company call although everything is refused."""
        if everything is None:
            return 0
        refused_at = everything.valid.lower  # type: ignore[attr-defined]
        return sum(
            1
            for status, row in claimed
            if status in ("recorded", "confirmed") and (survives or row.given_at > refused_at)
        )
