"""How many complaints are taken from one network, or by one proven number."""

from datetime import timedelta

import pytest

from compliance import complaint_limits
from compliance.errors import TooManyComplaints
from compliance.models import Complaint
from tests.compliance.complaints_made import filed
from tests.conftest import ANA, CLOCK

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_an_hour(settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "complaint": (2, 3600)}


def test_it_counts_by_network():
    for minute in (0, 10):
        filed(proven=False, network="one", clock=CLOCK + timedelta(minutes=minute))
    with pytest.raises(TooManyComplaints) as refused:
        filed(proven=False, network="one", clock=CLOCK + timedelta(minutes=20))
    assert (refused.value.status, refused.value.retry_after) == (429, 40 * 60)
    filed(proven=False, network="two", clock=CLOCK + timedelta(minutes=20))
    filed(proven=False, network="one", clock=CLOCK + timedelta(minutes=60))
    assert Complaint.objects.count() == 4


def test_it_counts_a_proven_number_by_itself():
    """Who has proved a number is not held back by strangers behind the same carrier's address."""
    for _ in range(2):
        filed(proven=False, network="one")
    for caller in (861065550001, 861065550002):
        filed(network="one", caller=caller)
    with pytest.raises(TooManyComplaints):
        filed(network="one", caller=861065550003)
    filed(number=ANA + 1, network="one")


def test_it_does_not_count_what_other_centres_send():
    for n in range(5):
        filed(source="12321", reference=str(n), proven=False, network="")
    assert Complaint.objects.count() == 5


def test_it_keeps_networks_as_digests_only(settings):
    one, other = (complaint_limits.network(f"203.0.{n}.0/24") for n in (113, 114))
    assert (len(one), one == other) == (32, False)
    assert complaint_limits.network("203.0.113.0/24") == one
    settings.SECRET_KEY = "another"
    assert complaint_limits.network("203.0.113.0/24") != one
