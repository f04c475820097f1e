"""How many complaints are taken: from one network, where the number is not proven; about one number, where it is.

Counted in the table itself, so that all web processes count together. Networks are kept as keyed digests: enough to
count by, and no list of who complained from where.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from compliance.errors import TooManyComplaints
from compliance.models import Complaint


def network(prefix: str) -> str:
    """The keyed digest of a network, which is given as a prefix (`203.0.113.0/24`)."""
    return salted_hmac("compliance.complaint_limits", prefix, algorithm="sha256").hexdigest()[:32]


def demand_room(*, network: str, number: int | None, clock: datetime) -> None:
    """Raise `TooManyComplaints` if the quota is used up: of the proven `number`, or else of the network.

    Runs in the caller's transaction, and lets one complaint of a kind at a time pass until that ends.
    """
    most, seconds = settings.RATE_LIMITS["complaint"]
    since = clock - timedelta(seconds=seconds)
    if number is not None:
        key, counted = str(number), Complaint.objects.filter(number=number, proven=True)
    elif network:
        key, counted = network, Complaint.objects.filter(network=network)
    else:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"complaint {key}"])
    recent = counted.filter(received_at__gt=since, source="portal").order_by("received_at")
    times = list(recent.values_list("received_at", flat=True)[: most + 1])
    if len(times) >= most:
        wait = times[0] + timedelta(seconds=seconds) - clock
        raise TooManyComplaints(retry_after=max(1, int(wait.total_seconds())))
