"""The administration: who may look, what is shown, what cannot be changed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import companies, consents, disputes, opt_outs, reassignments, relationships, roles
from registry.admin import searching
from registry.admin.columns import number_fields
from registry.admin.pages import RecordAdmin
from registry.models import AccessRecord, Caller, Check, Consent, OptOut
from registry.periods import Moment
from registry.predial import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import signed_in

DIGITS = str(ANA)[2:]
PAGES = {model: page for model, page in admin.site._registry.items() if isinstance(page, RecordAdmin)}
OURS = [model for model in admin.site._registry if model._meta.app_label in ("registry", "compliance")]


def staff(role: str | None) -> Client:
    user = get_user_model().objects.create_user(
        f"{role}@example.org", password="x", is_staff=role is not None
    )
    if role:
        roles.give(user=user, role=role)
    return signed_in(user)


def url(model, view: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


@pytest.fixture
def observer(db):
    return staff("observer")


@pytest.fixture
def history(acme, moment):
    """One row or more of every kind, about Ana."""
    then = Moment.of(moment.at - timedelta(days=30))
    opt_outs.register(
        number=ANA,
        scope="sector",
        sector="food",
        moment=then,
        source="portal",
        days=["sat"],
        hours=(480, 600),
    )
    consent, _ = consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=then.at, method="web_form",
        notice_text="Calls about insurance.", evidence=[{"type": "page", "sha256": "ab" * 32}], reference="r-1",
        moment=then,
    )  # fmt: skip
    consents.confirm(record_id=consent.record_id, moment=moment)
    denied, _ = consents.record(
        company=acme, number=ANA, sectors=["finance"], channels=["live"], given_at=then.at, method="sms",
        notice_text="Calls about loans.", evidence=[], reference="r-2", moment=then,
    )  # fmt: skip
    consents.dispute(record_id=denied.record_id, moment=then)
    disputes.answer(
        record_id=denied.record_id, company_id=acme.pk, text="She agreed.", evidence=[], moment=moment
    )  # fmt: skip
    relationships.record(
        company=acme,
        number=ANA,
        kind="purchase",
        last_at=then.at,
        reference="r-1",
        moment=then,
        sector="insurance",
    )
    reassignments.record(number=ANA, changed_at=then.at - timedelta(days=90), source="Telco", moment=then)
    companies.issue_key(company=acme, moment=then)
    check.check([Question(acme.pk, acme.pk, ANA, ACME_CALLER, 0, 0)], moment)
    return acme


def test_every_table_has_a_page_and_every_page_only_shows():
    assert len(OURS) >= 18
    assert set(OURS) <= set(PAGES)


def test_no_page_names_a_number_field():
    for model in OURS:
        page = PAGES[model]
        named = {name for name in (*page.list_display, *page.fields) if isinstance(name, str)}
        assert not named & set(number_fields(model)), model
        assert set(page.fields) <= set(page.readonly_fields), model


def test_it_shows_lists_and_rows_with_numbers_masked(history, observer):
    for model in OURS:
        rows = model._default_manager.all()[:2]
        addresses = [url(model, "changelist"), *(url(model, "change", row.pk) for row in rows)]
        for shown in map(observer.get, addresses):
            assert shown.status_code == 200, model
            assert DIGITS not in shown.text, model
            assert str(ACME_CALLER)[2:] not in shown.text, model


def test_it_shows_what_a_row_says(history, observer):
    consent = Consent.objects.current().get(status="confirmed")
    text = observer.get(url(Consent, "change", consent.pk)).text
    for said in (
        f"con_{consent.record_id}",
        "+86138****8000",
        "Acme Insurance",
        "Calls about insurance.",
        "ab" * 32,
    ):
        assert said in text
    opt_out = OptOut.objects.get()
    text = observer.get(url(OptOut, "change", opt_out.pk)).text
    for said in (f"opt_{opt_out.record_id}", "08:00 to 10:00", "sat", "food"):
        assert said in text
    text = observer.get(url(Check, "change", Check.objects.get().pk)).text
    assert "consent_on_record" in text


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_nobody_edits_adds_or_deletes_rows(role, history):
    client = staff(role)
    for model in OURS:
        assert client.get(url(model, "add")).status_code == 403, model
        rows = model._default_manager
        for row in rows.all()[:1]:
            before = rows.filter(pk=row.pk).values().get()
            answer = client.post(url(model, "change", row.pk), {"number": "+8613800138001", "name": "x"})
            assert answer.status_code == 403, model
            assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model
            client.post(
                url(model, "changelist"),
                {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
            )
            assert rows.filter(pk=row.pk).values().get() == before, model


@pytest.mark.parametrize("who", [None, "a person who is no staff"])
def test_others_are_sent_to_the_sign_in(who, db):
    client = staff(None) if who else Client()
    for model in OURS:
        for address in (url(model, "changelist"), url(model, "act", "unmask")):
            answer = client.get(address)
            assert answer.status_code == 302, model
            assert answer.url.startswith(reverse("admin:login")), model


def test_staff_without_a_role_see_nothing(db):
    user = get_user_model().objects.create_user("new@example.org", is_staff=True)
    client = signed_in(user)
    assert client.get(url(OptOut, "changelist")).status_code == 403


@pytest.mark.parametrize(
    ("term", "found"),
    [
        (f"+{ANA}", 1),
        (str(ANA), 1),
        ("+86 138 0013 8000", 1),
        ("+8613800138001", 0),
        ("13800138000", 0),
        ("8000", 0),
        ("acme", 0),
        ("2026-03-10", 1),
        ("2026-03-09", 0),
        ("com_{acme}", 1),
        ("com_{acme} 2026-03-10", 1),
        ("com_{acme} 2026-03-11", 0),
        ("chk_{check}", 1),
        ("chk_{check} +8613800138001", 0),
        ("con_{check}", 0),
        ("chk_0", 0),
    ],
)
def test_it_searches_by_whole_number_id_company_and_day(term, found, history, observer):
    term = term.format(acme=history.pk, check=Check.objects.get().pk)
    listed = observer.get(url(Check, "changelist"), {"q": term})
    assert listed.context["cl"].result_count == found
    assert len(listed.context["cl"].result_list) == found


@pytest.mark.parametrize("model", [OptOut, Consent], ids=lambda model: model.__name__)
def test_an_id_finds_every_version_of_its_record(model, history, observer, moment):
    row = model.objects.current().first()
    if model is OptOut:
        opt_outs.withdraw(record_id=row.record_id, moment=moment)
    prefix = PAGES[model].keys.prefix
    listed = observer.get(url(model, "changelist"), {"q": f"{prefix}_{row.record_id}"})
    versions = model.objects.filter(record_id=row.record_id)
    assert versions.count() > 1
    assert {held.pk for held in listed.context["cl"].result_list} == {held.pk for held in versions}
    history_link = observer.get(url(model, "history", row.pk))
    assert history_link.url == f"{url(model, 'changelist')}?q={prefix}_{row.record_id}"


@pytest.mark.parametrize("model", [OptOut, Consent, Check, Caller], ids=lambda model: model.__name__)
def test_no_list_reads_a_table_whole(model, history, observer):
    orders = ('"id" DESC', '"checked_at" DESC', "ORDER BY 1 DESC LIMIT 1")
    seen = 0
    for asked in ({}, {"q": f"+{ANA}"}, {"q": f"com_{history.pk}"}, {"q": "2026-03-10"}, {"o": "2.-1"}):
        with CaptureQueriesContext(connection) as queries:
            observer.get(url(model, "changelist"), asked)
        for sql in (query["sql"] for query in queries if model._meta.db_table in query["sql"]):
            seen += 1
            # A page that was counted short before is read without a limit, by the same index.
            indexed = ('"id" >', '"number" =', '"company_id" =' if model is Check else "LIMIT")
            assert "LIMIT" in sql or any(part in sql for part in indexed)
            assert "COUNT(*)" not in sql or "LIMIT" in sql
            assert "ORDER BY" not in sql or any(order in sql for order in orders)
    assert seen >= 8


def test_it_looks_and_counts_only_so_far(history, observer, moment, monkeypatch):
    for n in range(12):
        opt_outs.register(number=ANA + 1 + n, scope="all", moment=moment, source="phone")
    monkeypatch.setattr(searching, "NEWEST", 10)
    assert observer.get(url(OptOut, "changelist")).context["cl"].result_count == 10
    assert (
        observer.get(url(OptOut, "changelist"), {"source__exact": "portal"}).context["cl"].result_count == 0
    )
    assert observer.get(url(OptOut, "changelist"), {"q": f"+{ANA}"}).context["cl"].result_count == 1
    monkeypatch.setattr(searching, "COUNTED", 5)
    assert observer.get(url(OptOut, "changelist")).context["cl"].result_count == 5


def test_it_filters_by_codes(history, observer):
    listed = observer.get(url(OptOut, "changelist"), {"scope__exact": "sector"})
    assert listed.context["cl"].result_count == 1
    assert observer.get(url(OptOut, "changelist"), {"scope__exact": "all"}).context["cl"].result_count == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"number__startswith": "86"},
        {"number__gte": str(ANA)},
        {"number": str(ANA)},
        {"scope__in": "sector"},
        {"company__callers__number__gte": "1"},
        {"reporter__name__startswith": "A"},
    ],
)
def test_an_address_cannot_ask_what_no_filter_offers(asked, history, observer):
    # Else a masked number could be found out digit by digit.
    assert observer.get(url(OptOut, "changelist"), asked).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_rows(history, observer, moment):
    def count() -> int:
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            observer.get(url(Consent, "changelist"))
        return len(queries)

    few = count()
    for n in range(10):
        consents.record(
            company=history, number=ANA + 1 + n, sectors=["finance"], channels=["live"], given_at=moment.at,
            method="paper", notice_text="x", evidence=[], reference=f"m-{n}", moment=moment,
        )  # fmt: skip
    assert count() == few


def test_a_search_leaves_no_number_in_a_message(history, observer):
    listed = observer.get(url(Check, "changelist"), {"q": f"x{ANA}"})
    assert [str(message) for message in listed.context["messages"]] == ["Not understood: 1 word(s)."]


def test_access_records_cannot_be_changed_in_the_database(db, moment):
    from django.db import IntegrityError, transaction

    from registry import access_records

    user = get_user_model().objects.create_user("rita@example.org")
    [row] = access_records.record(
        user=user, kind="opt-out", object_ids=["opt_1"], reason="complaint 12321/77", moment=moment
    )
    for change in (
        lambda: AccessRecord.objects.filter(pk=row.pk).update(reason="nothing at all"),
        lambda: AccessRecord.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert AccessRecord.objects.get().at == datetime(2026, 3, 10, 2, tzinfo=UTC)
