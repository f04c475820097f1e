"""The demo: a register with a past that holds together, loaded once."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from compliance.models import (
    Audit,
    Call,
    CallCount,
    CallLog,
    CarrierRecord,
    Case,
    CaseStep,
    CheckCount,
    Complaint,
    CountDue,
    Discrepancy,
    Incident,
    Reconciliation,
    Report,
    Violation,
)
from config import demo
from config.demo import cast
from registry import companies, roles, suspensions
from registry.models import ApiKey, Application, Check, Company, Consent, OptOut, Relationship, Webhook
from registry.periods import Moment
from registry.phone import parse
from registry.predial import check
from registry.predial.facts import Question

#: Noon in China on a Sunday, the first of a month: yesterday lies in another month, and in another week.
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.DATA_DIR


def everything() -> dict[str, int]:
    models = (
        Company,
        Consent,
        OptOut,
        Relationship,
        Check,
        Call,
        CallLog,
        Audit,
        Violation,
        Incident,
        Complaint,
        Discrepancy,
        Case,
        CaseStep,
        Report,
        Application,
        Webhook,
        ApiKey,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_it_tells_a_story_that_holds_together(db, data_dir):
    shown = demo.load("http://127.0.0.1:8000", clock=NOW)

    counts = everything()
    assert counts["Company"] == 5
    assert counts["OptOut"] >= 300
    assert counts["Consent"] >= 160
    assert counts["Relationship"] == 60
    assert counts["CallLog"] == counts["Audit"] == 4
    assert set(CallLog.objects.values_list("state", "rejected")) == {("completed", 0)}
    assert set(Audit.objects.values_list("state", "problem")) == {("completed", "")}
    # Asked again as of then, every check gets the answer it got: the two clocks agree.
    assert counts["Incident"] == 0

    by_company: dict[str, Counter] = {}
    for name, code in Violation.objects.values_list("company__name", "code"):
        by_company.setdefault(name, Counter())[code] += 1
    assert cast.LENDER.name not in by_company
    insurer, builder, teacher = (by_company[part.name] for part in (cast.INSURER, cast.BUILDER, cast.TEACHER))
    assert insurer == {
        "called_after_deny": 2,
        "opted_out_of_all": 1,
        "consent_missing": 1,
        "check_expired": 2,
        "outside_calling_hours": 1,
        "caller_mismatch": 1,
        "no_check": 2,
        "attempts_exceeded_in_calls": insurer["attempts_exceeded_in_calls"],
    }
    assert insurer["attempts_exceeded_in_calls"] >= 1
    assert builder == {"company_not_licensed": 4, "called_after_deny": 4}
    assert teacher["no_check"] == 4
    assert teacher["opted_out_of_company"] == 1
    assert OptOut.objects.filter(source="call").count() == 1

    told = [
        (row.state, row.matches.get().ground)
        for row in Complaint.objects.order_by("id").prefetch_related("matches")
    ]
    assert told == [
        ("answered", "call_with_check"),
        ("relayed", "call_without_check"),
        ("relayed", "call_unreported"),
        ("filed", "caller_unknown"),
        ("closed", "call_without_check"),
        ("referred", "caller_unknown"),
    ]

    key = ApiKey.objects.get(digest=companies.digest(shown.key))
    assert (key.company.name, shown.company) == (cast.INSURER.name, f"com_{key.company.pk}")
    user = get_user_model().objects.get(username=shown.staff)
    assert user.check_password(shown.password)
    assert roles.of(user) == "administrator"
    assert shown.key in shown.curl
    assert shown.curl.startswith("curl -sS http://127.0.0.1:8000/api/v1/checks")

    asked = Question(
        key.company.pk, key.company.pk, parse(shown.check["number"]), parse(shown.check["caller"]), 0, 0
    )
    [answer] = check.check([asked], Moment.of(NOW))
    assert answer.decision.reasons == ("consent_on_record",)


def test_it_leaves_nothing_at_the_desk_empty(db, data_dir):
    demo.load(clock=NOW)

    assert CarrierRecord.objects.values_list("state", "rejected", "duplicates").get() == ("completed", 0, 0)
    assert set(Reconciliation.objects.values_list("state", "problem")) == {("completed", "")}
    found = Counter(Discrepancy.objects.filter(state="open").values_list("kind", flat=True))
    assert found["not_carried"] >= 2
    assert found["not_reported"] >= 2
    assert found["complaint_unreported"] == 1
    assert found["unlicensed_caller"] == 1

    school, insurer = Case.objects.order_by("id")
    assert (school.company.name, school.state, school.penalty) == (
        cast.TEACHER.name,
        "decided",
        "suspend_new_outbound",
    )
    assert set(suspensions.suspended(company=school.company, moment=Moment.of(NOW))) == {"education"}
    assert (insurer.company.name, insurer.state) == (cast.INSURER.name, "proposed")
    # Every step was taken after the one before it, and none in the future.
    for case in (school, insurer):
        moments = list(case.steps.order_by("id").values_list("at", flat=True))
        assert moments == sorted(set(moments))
        assert moments[-1] < NOW

    report = Report.objects.get()
    assert report.state == "completed"
    assert Application.objects.get().state == "received"
    assert Webhook.objects.get().disabled_at
    assert not CountDue.objects.exists()
    assert CallCount.objects.exists()
    assert CheckCount.objects.exists()


def test_it_is_loaded_once_and_shown_again(db, data_dir):
    first = demo.load(clock=NOW)
    before = everything()
    again = demo.load(clock=NOW + timedelta(days=3))
    assert again == first
    assert everything() == before
    kept = data_dir / "demo.json"
    assert json.loads(kept.read_text()) == {"key": first.key, "password": first.password}
    assert kept.stat().st_mode & 0o777 == 0o600


def test_it_gives_a_new_key_and_password_where_the_kept_ones_do_not_work(db, data_dir):
    first = demo.load(clock=NOW)
    key = ApiKey.objects.get()
    companies.revoke_key(key=key, moment=Moment.of(NOW))
    user = get_user_model().objects.get(username=demo.STAFF)
    user.set_password("changed by hand")
    user.save()
    again = demo.load(clock=NOW)
    assert again.company == first.company
    assert ApiKey.objects.get(digest=companies.digest(again.key)).works(NOW)
    assert get_user_model().objects.get(username=demo.STAFF).check_password(again.password)
    (data_dir / "demo.json").write_text("not json")
    assert demo.load(clock=NOW).company == first.company


def test_it_is_completed_when_it_was_broken_off(db, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(demo.day.calls, "load", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            demo.load(clock=NOW)
    assert Company.objects.count() == 5
    assert not Call.objects.exists()
    demo.load(clock=NOW + timedelta(hours=1))
    assert CallLog.objects.count() == 4
    assert set(Audit.objects.values_list("state", flat=True)) == {"completed"}
    assert Violation.objects.filter(code="no_check").exists()


def test_it_stays_out_of_a_register_with_companies_of_its_own(db, data_dir):
    companies.enter(name="Real", moment=Moment.of(NOW))
    assert demo.load(clock=NOW) is None
    assert [company.name for company in Company.objects.all()] == ["Real"]
    assert not get_user_model().objects.exists()
    assert not data_dir.exists()
