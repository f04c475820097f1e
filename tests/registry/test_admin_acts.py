"""The acts of the administration: who may do which, what they leave, and what an unmasked number costs."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from registry import companies, consents, opt_outs, roles
from registry.admin.pages import RecordAdmin
from registry.models import AccessRecord, ApiKey, Caller, Check, Company, Consent, Licence, OptOut
from registry.periods import Moment
from registry.predial import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import signed_in


@pytest.fixture(autouse=True)
def now(clock, settings):
    # These tests go hours ahead within one session.
    settings.DESK_IDLE_MINUTES = 10_000
    with time_machine.travel(clock, tick=False):
        yield clock


@pytest.fixture
def staff(db):
    """Makes a signed-in client of a role."""

    def staff(role: str) -> Client:
        user = get_user_model().objects.create_user(f"{role}@example.org")
        roles.give(user=user, role=role)
        return signed_in(user)

    return staff


def act_url(model, slug: str, *rows) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_act", args=[slug])
    return f"{address}?ids={','.join(str(row.pk) for row in rows)}" if rows else address


def verdict(company, number: int, moment: Moment) -> tuple[str, ...]:
    [answer] = check.check([Question(company.pk, company.pk, number, ACME_CALLER, 0, 0)], moment)
    return answer.decision.reasons


@pytest.fixture
def opt_out(db, moment):
    return opt_outs.register(
        number=ANA, scope="all", moment=Moment.of(moment.at - timedelta(days=1)), source="portal"
    )


#: What is done on the pages of the desk only.
AT_THE_DESK = {
    "handle_cases", "decide_cases", "load_carrier_records", "plan_campaigns", "make_reports", "replay_policies",
}  # fmt: skip


@pytest.fixture
def consent(acme, moment):
    then = Moment.of(moment.at - timedelta(days=1))
    row, _ = consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=then.at, method="paper",
        notice_text="Calls about insurance.", evidence=[], reference="r-1", moment=then,
    )  # fmt: skip
    return row


def all_acts() -> list[tuple[type, str, str]]:
    return [
        (model, act.slug, act.permission)
        for model, page in admin.site._registry.items()
        if isinstance(page, RecordAdmin)
        for act in page.all_acts()
    ]


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_each_role_may_do_what_the_table_says_and_no_more(role, staff, acme, opt_out, consent):
    client = staff(role)
    acts = all_acts()
    assert {permission for _, _, permission in acts} == set(roles.PERMISSIONS) - {
        "manage_staff"
    } - AT_THE_DESK
    for model, slug, permission in acts:
        row = model._default_manager.first()
        answer = client.get(act_url(model, slug, row) if row else act_url(model, slug))
        if permission not in roles.ROLES[role]:
            assert answer.status_code == 403, (model, slug)
        else:
            # Without rows there is nothing to do it to, but it was not for the role that it was refused.
            assert answer.status_code in (200, 404), (model, slug)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_refused_act_does_nothing(method, staff, acme, opt_out):
    client = staff("case_officer")
    for address, data in (
        (act_url(OptOut, "withdraw", opt_out), {}),
        (act_url(Company, "suspend", acme), {"note": "x"}),
        (act_url(Company, "issue-key", acme), {"scopes": ["read"]}),
    ):
        assert getattr(client, method)(address, data).status_code == 403
    assert OptOut.objects.get().valid.upper is None
    assert Licence.objects.count() == 2
    assert not ApiKey.objects.exists()
    assert not LogEntry.objects.exists()


def test_only_what_can_be_done_to_a_row_is_offered(staff, opt_out, moment):
    client = staff("administrator")
    page = reverse("admin:registry_optout_change", args=[opt_out.pk])
    assert act_url(OptOut, "withdraw", opt_out) in client.get(page).text
    opt_outs.withdraw(record_id=opt_out.record_id, moment=moment)
    assert act_url(OptOut, "withdraw", opt_out) not in client.get(page).text
    assert act_url(OptOut, "unmask", opt_out) in client.get(page).text


def test_a_look_at_a_number_asks_first_and_shows_nothing(staff, opt_out):
    asked = staff("case_officer").get(act_url(OptOut, "unmask", opt_out))
    assert str(ANA) not in asked.text
    assert "+86138****8000" in asked.text
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("reason", ["", "x", "          \n "])
def test_a_look_at_a_number_needs_a_reason(reason, staff, opt_out):
    answer = staff("case_officer").post(act_url(OptOut, "unmask", opt_out), {"reason": reason})
    assert answer.status_code == 200
    assert str(ANA) not in answer.text
    assert not AccessRecord.objects.exists()


def test_a_look_at_a_number_leaves_an_access_record(staff, opt_out, now):
    client = staff("case_officer")
    answer = client.post(act_url(OptOut, "unmask", opt_out), {"reason": "complaint 12321/77 of  3 March"})
    assert f"+{ANA}" in answer.text
    assert "no-store" in answer["Cache-Control"]
    row = AccessRecord.objects.get()
    assert row.user.username == "case_officer@example.org"
    assert (row.kind, row.object_id) == ("opt-out", f"opt_{opt_out.record_id}")
    assert (row.reason, row.at) == ("complaint 12321/77 of 3 March", now)
    # The next look at the list is masked again.
    assert str(ANA)[2:] not in client.get(reverse("admin:registry_optout_changelist")).text


def test_a_look_at_several_rows_leaves_a_record_each(staff, acme, moment):
    check.check([Question(acme.pk, acme.pk, ANA + n, ACME_CALLER, 0, 0) for n in range(3)], moment)
    rows = list(Check.objects.order_by("pk"))
    client = staff("supervisor")
    chosen = client.post(
        reverse("admin:registry_check_changelist"),
        {"action": "unmask", "_selected_action": [row.pk for row in rows]},
    )
    address = chosen.url
    answer = client.post(address, {"reason": "spot check of Acme's dialling"})
    for row in rows:
        assert f"+{row.number}" in answer.text
    assert answer.text.count(f"+{ACME_CALLER}") == 3
    assert sorted(AccessRecord.objects.values_list("object_id", flat=True)) == sorted(
        f"chk_{row.pk}" for row in rows
    )


def test_a_key_is_shown_once_and_can_be_revoked(staff, acme, now):
    client = staff("administrator")
    answer = client.post(act_url(Company, "issue-key", acme), {"scopes": ["check", "read"], "test": "on"})
    key = ApiKey.objects.get()
    [secret] = re.findall(r"test_[\w-]{40,}", answer.text)
    assert key.digest == companies.digest(secret)
    assert (key.company, key.scopes, key.livemode, key.created_at) == (acme, ["check", "read"], False, now)
    for page in ("changelist", "change"):
        args = [key.pk] if page == "change" else []
        text = client.get(reverse(f"admin:registry_apikey_{page}", args=args)).text
        assert key.prefix in text
        assert secret not in text
        assert key.digest not in text
    client.post(act_url(ApiKey, "revoke", key))
    key.refresh_from_db()
    assert not key.works(now)
    assert [entry.change_message for entry in LogEntry.objects.order_by("id")] == ["Issue a key", "Revoke"]


def test_a_key_does_not_end_before_it_begins(staff, acme):
    answer = staff("administrator").post(
        act_url(Company, "issue-key", acme), {"scopes": ["check"], "expires_at": "2026-03-10 01:00"}
    )
    assert "would never work" in answer.text
    assert not ApiKey.objects.exists()


def test_a_company_is_entered_whole_or_not_at_all(staff, acme):
    client = staff("administrator")
    data = {"name": "Delta", "kind": "company", "sectors": ["food"], "callers": "+861065550001\n+8695588"}
    client.post(act_url(Company, "enter"), data)
    entered = Company.objects.get(name="Delta")
    assert list(Licence.objects.filter(company=entered).values_list("sector", flat=True)) == ["food"]
    assert Caller.objects.filter(company=entered).count() == 2
    refused = client.post(act_url(Company, "enter"), {**data, "name": "Echo", "callers": f"+{ACME_CALLER}"})
    assert "registered already" in refused.text
    assert not Company.objects.filter(name="Echo").exists()


def test_a_company_is_suspended_and_reinstated(staff, acme, consent, moment, now):
    client = staff("supervisor")
    assert verdict(acme, ANA, moment) == ("consent_on_record",)
    client.post(act_url(Company, "suspend", acme), {"note": "complaints"})
    assert "company_not_licensed" in verdict(acme, ANA, moment)
    assert set(Licence.objects.current().values_list("note", "valid__endswith")) == {("complaints", now)}
    assert "no licence in effect" in client.post(act_url(Company, "suspend", acme), {"note": "again"}).text
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        later = Moment.of(now + timedelta(hours=1))
        client.post(act_url(Company, "reinstate", acme), {"note": "remedied"})
        assert verdict(acme, ANA, later) == ("consent_on_record",)
        assert Licence.objects.as_of(later).filter(company=acme).count() == 2
        assert "no licence that" in client.post(act_url(Company, "reinstate", acme), {"note": "again"}).text


def test_a_suspension_may_be_of_one_sector(staff, acme, moment):
    staff("supervisor").post(
        act_url(Company, "suspend", acme), {"note": "complaints", "sectors": ["finance"]}
    )
    assert list(Licence.objects.as_of(moment).values_list("sector", flat=True)) == ["insurance"]


def test_a_licence_is_given_with_an_end_and_not_twice(staff, acme, moment):
    client = staff("supervisor")
    data = {"sectors": ["travel"], "ends": "2027-01-01 00:00", "note": "on trial"}
    client.post(act_url(Company, "license", acme), data)
    row = Licence.objects.get(sector="travel")
    assert (row.valid.upper.year, row.note) == (2027, "on trial")
    assert "licence for that sector" in client.post(act_url(Company, "license", acme), data).text
    assert Licence.objects.filter(sector="travel").count() == 1


def test_calling_numbers_are_added_and_removed(staff, acme, now):
    client = staff("administrator")
    client.post(act_url(Company, "add-callers", acme), {"callers": "+861065550009"})
    row = Caller.objects.get(number=861065550009)
    assert row.company == acme
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        client.post(act_url(Caller, "remove", row))
    later = Moment.of(now + timedelta(hours=1))
    assert not Caller.objects.as_of(later).filter(number=861065550009).exists()
    # The administration's own log is read by people who may not see numbers.
    assert not LogEntry.objects.filter(object_repr__contains="1065550009").exists()


def test_an_opt_out_is_registered_and_withdrawn(staff, acme, consent, moment, now):
    client = staff("administrator")
    data = {"number": f"+{ANA}", "scope": "company", "company": f"com_{acme.pk}", "channels": ["live", "sms"]}
    answer = client.post(act_url(OptOut, "register"), {**data, "source": "phone"}, follow=True)
    row = OptOut.objects.get()
    assert f"On record as opt_{row.record_id}" in answer.text
    assert (row.number, row.company, row.channels, row.source) == (ANA, acme, ["live", "sms"], "phone")
    assert "opted_out_of_company" in verdict(acme, ANA, moment)
    assert "on record already" in client.post(act_url(OptOut, "register"), {**data, "source": "phone"}).text
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        client.post(act_url(OptOut, "withdraw", row))
        assert verdict(acme, ANA, Moment.of(now + timedelta(hours=1))) == ("consent_on_record",)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "12345"}, "length"),
        ({"number": ""}, "required"),
        ({"scope": "sector"}, "sector goes with"),
        ({"sector": "food"}, "sector goes with"),
        ({"company": "com_999999", "scope": "company"}, "no such company"),
        ({"company": "7", "scope": "company"}, "no such company"),
        ({"said_at": "2026-03-11 00:00"}, "in the future"),
        ({"channels": ["fax"]}, "valid choice"),
    ],
)
def test_an_opt_out_that_makes_no_sense_is_not_registered(wrong, said, staff):
    data = {"number": f"+{ANA}", "scope": "all", "channels": ["live"], "source": "phone", **wrong}
    answer = staff("administrator").post(act_url(OptOut, "register"), data)
    assert answer.status_code == 200
    assert said in answer.text
    assert not OptOut.objects.exists()


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (["confirm"], "confirmed"),
        (["dispute"], "disputed"),
        (["dispute", "confirm"], "confirmed"),
        (["dispute", "settle"], "recorded"),
        (["revoke"], "revoked"),
    ],
)
def test_a_consent_is_moved(steps, status, staff, consent, now):
    client = staff("supervisor")
    for hours, slug in enumerate(steps):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            client.post(act_url(Consent, slug, Consent.objects.current().order_by("-id").first()))
    held = Consent.objects.current().filter(record_id=consent.record_id)
    assert consents.status(list(held), now + timedelta(hours=len(steps))) == status
    assert LogEntry.objects.count() == len(steps)


def test_a_step_that_the_consent_does_not_allow_says_so(staff, consent):
    client = staff("supervisor")
    client.post(act_url(Consent, "revoke", consent))
    rows = Consent.objects.count()
    answer = client.post(act_url(Consent, "confirm", consent))
    assert "The consent is revoked" in answer.text
    assert Consent.objects.count() == rows


def test_what_fails_for_one_row_is_done_to_none(staff, acme, bolt, moment):
    rows = [
        opt_outs.register(
            number=ANA + n, scope="all", moment=Moment.of(moment.at - timedelta(days=1)), source="phone"
        )
        for n in range(2)
    ]
    opt_outs.withdraw(record_id=rows[1].record_id, moment=moment)
    answer = staff("administrator").post(act_url(OptOut, "withdraw", *rows))
    assert "No such opt-out stands" in answer.text
    assert OptOut.objects.current().get(record_id=rows[0].record_id).valid.upper is None


@pytest.mark.parametrize(
    "ids", ["", "?ids=", "?ids=999999", "?ids=x", "?ids=-1", f"?ids={2**70}", "?ids=" + "1," * 500]
)
def test_an_act_on_rows_that_are_not_there_is_not_found(ids, staff):
    assert staff("administrator").get(act_url(OptOut, "withdraw") + ids).status_code == 404
    assert staff("supervisor").get(act_url(Consent, "revoke") + ids).status_code == 404


def test_there_is_no_other_act(staff):
    assert staff("administrator").get(act_url(OptOut, "delete")).status_code == 404
