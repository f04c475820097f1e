"""Messages: tell the person where their complaint stands, by text if they asked for that, and that they were told.

Due is what `tell_at` says. It is claimed by a conditional update, so that a task may come twice; the message itself
carries a reference by which the gateway delivers it once. An answer counts as told by the tracking page too.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from compliance import complaints
from compliance.errors import ComplaintNotOpen
from compliance.models import Complaint
from registry import ids, messages
from registry.messages import Message, NotSent
from registry.models import Subscriber

#: How long a claim is believed; after that another may tell.
CLAIM = timedelta(minutes=5)


def tell(complaint_id: int, *, clock: datetime) -> str:
    """Tell one person, if it is due: `sms`, `page` where no message is sent, `failed`, or `nothing`. Safe to repeat."""
    claimed = Complaint.objects.filter(pk=complaint_id, tell_at__lte=clock)
    if not claimed.update(tell_at=clock + CLAIM):
        return "nothing"
    row = Complaint.objects.select_related("company").get(pk=complaint_id)
    # Who has had themselves erased hears nothing more.
    by_text = row.text_updates and Subscriber.objects.filter(number=row.number).exists()
    if by_text:
        try:
            messages.send(message(row))
        except NotSent:
            # It stays due, and `hints.untold` finds it.
            return "failed"
    how = "sms" if by_text else "page"
    Complaint.objects.filter(pk=complaint_id, tell_at=clock + CLAIM, state=row.state).update(tell_at=None)
    if row.state == "answered":
        try:
            complaints.notify(complaint_id=row.pk, text=how, clock=clock)
        except ComplaintNotOpen:
            # It was withdrawn or settled while the message went out.
            return how
    return how


def message(row: Complaint) -> Message:
    """The text about where a complaint stands, in the person's language. Holds no number, and no name of a company."""
    step = row.steps.last()
    with translation.override(row.language):
        said = {
            "filed": _("Your complaint %(id)s is on record."),
            "relayed": _("Your complaint %(id)s was sent to the company, which has to answer."),
            "answered": _("The company has answered your complaint %(id)s."),
            "referred": _("Your complaint %(id)s was handed to the authority that can act on it."),
            "closed": _("Your complaint %(id)s is closed."),
        }
        text = said[row.state] % {"id": ids.public("cmp", row.pk)}
        more = _("See %(address)s") % {"address": address(row)}
    return Message(
        number=row.number,
        text=f"{text} {more}",
        language=row.language,
        reference=f"complaint-{row.pk}-{step.pk}",
    )


def address(row: Complaint) -> str:
    """The whole address of the tracking page."""
    return f"{settings.PUBLIC_URL}{reverse('complaint', args=[row.tracking])}"
