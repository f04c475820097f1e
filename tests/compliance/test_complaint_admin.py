"""The administration of complaints: an officer relays, joins, hands on, closes; nobody edits what was said."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.urls import reverse

from compliance.complaint_evidence import Attachment
from compliance.models import Complaint
from registry import ids
from registry.models import AccessRecord
from tests.compliance.complaints_made import PNG, filed, matched, steps
from tests.compliance.test_admin_acts import act_url, staff  # noqa: F401  (a fixture)
from tests.conftest import ANA, CLOCK
from tests.desk.house import signed_in


@pytest.fixture(autouse=True)
def now(db):
    with time_machine.travel(CLOCK, tick=False) as traveller:
        yield traveller


def page(row: Complaint) -> str:
    return reverse("admin:compliance_complaint_change", args=[row.pk])


def test_it_shows_steps_and_grounds_and_no_number_and_no_code(staff, acme):  # noqa: F811
    row = matched(filed(text="They <b>shouted</b>."))
    text = staff("observer").get(page(row)).text
    for said in (
        f"cmp_{row.pk}",
        "They &lt;b&gt;shouted",
        "call_unreported",
        "relay by register",
        "answer until",
    ):
        assert said in text
    assert "+86138****8000" in text
    assert str(ANA)[2:] not in text
    assert row.tracking not in text


def test_it_relays_to_the_company_matched_or_another(staff, acme, bolt):  # noqa: F811
    client = staff("case_officer")
    row = matched(filed(proven=False))
    client.post(act_url(Complaint, "relay", row), {"company": ""})
    row.refresh_from_db()
    assert (row.state, row.company, row.steps.last().by) == ("relayed", acme, "regulator")
    assert row.steps.last().user.email or row.steps.last().user.username == "case_officer@example.org"
    other = filed(caller=861065550000)
    assert "No company is known" in client.post(act_url(Complaint, "relay", other), {"company": ""}).text
    assert "no such company" in client.post(act_url(Complaint, "relay", other), {"company": "com_99"}).text
    client.post(act_url(Complaint, "relay", other), {"company": ids.public("com", bolt.pk)})
    other.refresh_from_db()
    assert (other.state, other.company) == ("relayed", bolt)


def test_it_joins_hands_on_and_closes(staff):  # noqa: F811
    client = staff("case_officer")
    first, second, third = (filed(proven=False) for _ in range(3))
    client.post(act_url(Complaint, "join", second), {"to": ids.public("cmp", first.pk)})
    client.post(act_url(Complaint, "refer", first), {"text": "Police of Haidian"})
    client.post(act_url(Complaint, "close", third), {"outcome": "not_clear", "text": "Nothing was found."})
    for row in (first, second, third):
        row.refresh_from_db()
    assert (second.state, second.joined_to) == ("joined", first)
    assert (first.state, first.steps.last().text) == ("referred", "Police of Haidian")
    assert (third.state, third.outcome) == ("closed", "not_clear")


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        ("relay", {"company": ""}),
        ("join", {"to": "cmp_1"}),
        ("refer", {"text": "Police"}),
        ("close", {"outcome": "upheld", "text": "x"}),
        ("evidence", {"reason": "out of curiosity"}),
    ],
)
def test_who_only_looks_does_nothing(staff, acme, slug, data):  # noqa: F811
    row = matched(filed(proven=False))
    assert staff("observer").post(act_url(Complaint, slug, row), data).status_code == 403
    assert steps(row) == ["file"]
    assert not AccessRecord.objects.exists()


def test_it_offers_only_what_the_table_allows(staff):  # noqa: F811
    client = staff("case_officer")
    row = filed(proven=False)
    assert all(f"/act/{slug}/" in client.get(page(row)).text for slug in ("relay", "join", "refer", "close"))
    client.post(act_url(Complaint, "close", row), {"outcome": "upheld", "text": "Yes."})
    text = client.get(page(row)).text
    assert not any(f"/act/{slug}/" in text for slug in ("relay", "join", "refer", "close", "evidence"))


def test_it_hands_out_what_is_attached_against_a_reason(staff, files, now):  # noqa: F811
    row = filed(evidence=[Attachment(io.BytesIO(PNG), "<script>.png")])
    client = staff("case_officer")
    answer = client.post(act_url(Complaint, "evidence", row), {"reason": "to hear the recording"})
    record = AccessRecord.objects.get()
    assert (record.kind, record.object_id) == ("complaint evidence", ids.public("cmp", row.pk))
    address = answer.text.partition("<code>")[2].partition("</code>")[0]
    file = client.get(address)
    assert b"".join(file.streaming_content) == PNG
    assert file.headers["Content-Type"] == "image/png"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert staff("supervisor").get(address).status_code == 404
    assert client.get(address.replace("/file/", "/file/x")).status_code == 404
    now.shift(timedelta(minutes=11))
    assert client.get(address).status_code == 404


def test_it_finds_what_is_overdue_and_by_whom(staff):  # noqa: F811
    client = staff("observer")
    filed()
    address = reverse("admin:compliance_complaint_changelist")
    assert "0 complaints" in client.get(address, {"overdue": "yes"}).text
    assert "1 complaint" in client.get(address, {"q": f"+{ANA}"}).text
    assert "1 complaint" in client.get(address, {"q": "+861065551234"}).text
    with time_machine.travel(CLOCK + timedelta(days=4), tick=False):
        signed_in(get_user_model().objects.get(username="observer@example.org"), client)
        assert "1 complaint" in client.get(address, {"overdue": "yes"}).text


def test_it_edits_and_deletes_nothing(staff):  # noqa: F811
    user = get_user_model().objects.create_superuser("root@example.org")
    client = staff("administrator")
    signed_in(user, client)
    row = filed()
    assert client.post(page(row), {"text": "other"}).status_code == 403
    assert client.post(reverse("admin:compliance_complaint_delete", args=[row.pk])).status_code == 403
    assert client.get(reverse("admin:compliance_complaint_add")).status_code == 403


@pytest.mark.parametrize(
    ("number", "told"), [(ANA, "3 in 10 days"), (919820098200, "3 in 10 days; the policy acts at 5")]
)
def test_it_counts_the_complaints_of_a_calling_number(staff, number, told):  # noqa: F811
    filed(number=number, clock=CLOCK - timedelta(days=11), called_at=CLOCK - timedelta(days=12))
    for n in range(2):
        filed(number=number + n + 1)
    row = filed(number=number)
    assert told in staff("observer").get(page(row)).text
