"""Incidents: say what was done about one."""

from datetime import datetime

from django.db import transaction

from compliance.errors import IncidentResolved
from compliance.models import Incident
from registry.errors import InvalidInput, NotFound


@transaction.atomic
def resolve(*, incident_id: int, note: str, clock: datetime) -> Incident:
    """Close an incident with a note that says what was wrong and what was done.

    Raises `NotFound`, `InvalidInput` without a note, `IncidentResolved` if it was closed before.
    """
    if not note.strip():
        raise InvalidInput("Say what was wrong and what was done", pointer="/note")
    row = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if row is None:
        raise NotFound
    if row.resolved_at is not None:
        raise IncidentResolved
    row.resolved_at, row.note = clock, note
    row.save(update_fields=["resolved_at", "note"])
    return row
