"""Discrepancies in cases: opened on, added, told to the company, given back; and where a case may be opened from."""

import re
from datetime import timedelta

import pytest

from compliance import cases, discrepancies
from compliance.errors import DiscrepancySettled, HeldInAnotherCase, LogMayStillCome
from compliance.models import Case, CaseItem, Discrepancy, Violation
from registry.errors import InvalidInput
from registry.periods import Moment
from tests.compliance.calls_made import LATER, agreed, asked, audited, called
from tests.compliance.carried import carried, covers, reconciled
from tests.compliance.cases_made import chief, officer
from tests.desk.house import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(acme, carrier, now):
    """A call that a carrier carried and no log has."""
    agreed(acme)
    asked(acme, "09:59")
    called(acme, "10:00")
    covers(carrier)
    carried(carrier, "10:00:03")
    carried(carrier, "11:00", seconds=42)
    reconciled(acme)
    row = Discrepancy.objects.get(kind="not_reported")
    now.move_to(row.firm_at + timedelta(hours=1))
    return row


def on(row: Discrepancy, clock, **given) -> Case:
    return cases.open_case(
        company=row.company,
        gathered={"discrepancy": [row.pk]},
        title="Calls kept back",
        user=officer(),
        moment=Moment.of(clock),
        **{"sector": "insurance", **given},
    )


def test_a_case_is_opened_from_its_page(found, acme):
    browser = desk("case_officer")
    link = f"/desk/companies/{acme.pk}/cases/open/?discrepancy={found.pk}"
    assert link in browser.get(f"/desk/discrepancies/{found.pk}/").content.decode()
    page = browser.get(link).content.decode()
    assert re.search(rf'name="discrepancy" value="{found.pk}"[^>]*checked', page)
    sent = {"title": "Calls kept back", "discrepancy": [found.pk]}
    path = f"/desk/companies/{acme.pk}/cases/open/"
    assert browser.post(path, sent).status_code == 400
    assert not Case.objects.exists()
    assert browser.post(path, sent | {"sector": "insurance"}).status_code == 302
    row = Case.objects.get()
    found.refresh_from_db()
    assert found.state == "in_case"
    act = found.acts.get()
    assert (act.act, act.case_id, act.reason) == ("into_case", row.pk, "Calls kept back")
    assert f"/desk/cases/{row.pk}/" in browser.get(f"/desk/discrepancies/{found.pk}/").content.decode()
    assert f"/desk/discrepancies/{found.pk}/" in browser.get(f"/desk/cases/{row.pk}/").content.decode()


def test_one_is_added_by_its_id(found, acme):
    called(acme, "12:00", number=found.number + 5)
    audited(acme)
    row = cases.open_case(
        company=acme,
        gathered={"violation": [Violation.objects.filter(code="no_check").first().pk]},
        title="No check",
        user=officer(),
        moment=Moment.of(found.firm_at),
    )
    sent = {"gather-items": f"dis_{found.pk}", "gather-text": "The same morning"}
    assert desk("case_officer").post(f"/desk/cases/{row.pk}/gather/", sent).status_code == 302
    assert CaseItem.objects.filter(case=row, kind="discrepancy", object_id=found.pk).exists()
    assert found.acts.get().reason == "The same morning"


def test_it_waits_until_no_log_can_come(found):
    with pytest.raises(LogMayStillCome):
        on(found, found.firm_at - timedelta(seconds=1))
    assert not Case.objects.exists()
    assert not CaseItem.objects.exists()
    assert on(found, found.firm_at).sector == "insurance"


def test_it_takes_only_open_ones_of_the_company(found, carrier):
    with pytest.raises(InvalidInput):
        on(found, found.firm_at, sector="")
    Discrepancy.objects.filter(pk=found.pk).update(state="explained")
    with pytest.raises(InvalidInput):
        on(found, found.firm_at)
    Discrepancy.objects.filter(pk=found.pk).update(state="open", company=carrier)
    with pytest.raises(InvalidInput):
        on(found, found.firm_at)


def test_it_is_held_by_one_case(found):
    on(found, found.firm_at)
    Discrepancy.objects.filter(pk=found.pk).update(state="open")
    with pytest.raises(HeldInAnotherCase):
        on(found, found.firm_at)


def test_a_case_that_is_given_up_gives_it_back(found):
    row = on(found, found.firm_at)
    cases.withdraw(case_id=row.pk, text="An export fault", user=chief(), clock=LATER + timedelta(days=9))
    found.refresh_from_db()
    assert found.state == "open"
    assert list(found.acts.values_list("act", flat=True)) == ["into_case", "reopen"]
    assert on(found, found.firm_at).state == "open"


def test_the_letter_tells_of_it(found):
    row = on(found, found.firm_at)
    cases.notify(case_id=row.pk, text="Carriers carried more.", user=officer(), clock=found.firm_at)
    assert row.letters.get(kind="notice", language="en").made_from["discrepancies"] == 1


@pytest.mark.parametrize("path", ["/desk/violations/", "/desk/violations/{0}/"])
def test_a_case_is_opened_from_violations(found, acme, path):
    called(acme, "12:00", number=found.number + 5)
    audited(acme)
    row = Violation.objects.filter(code="no_check").first()
    link = f"/desk/companies/{acme.pk}/cases/open/?violation={row.pk}"
    path = path.format(row.pk)
    assert link in desk("case_officer").get(path).content.decode()
    assert link not in desk("observer").get(path).content.decode()
    Violation.objects.filter(pk=row.pk).update(status="dismissed")
    assert link not in desk("case_officer").get(path).content.decode()


def test_settled_ones_stay_settled(found):
    with pytest.raises(DiscrepancySettled):
        discrepancies.out_of_case(
            discrepancy_id=found.pk, case_id=1, reason="x", user=officer(), clock=found.firm_at
        )
