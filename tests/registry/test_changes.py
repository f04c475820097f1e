"""Changes: told with what they tell of, to whom it concerns and nobody else, and in an order that holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from registry import change_events, changes, companies, consents, opt_outs, relationships, tasks
from registry.errors import RuleNotLoaded
from registry.lists import opt_outs as opt_out_lists
from registry.lists.text import Source
from registry.models import Change
from registry.periods import Moment
from registry.predial.check import check
from registry.predial.facts import Question
from tests.conftest import ACME_CALLER, ANA, CLOCK
from tests.registry.api import Api, problem
from tests.registry.one_of_each import agree
from tests.registry.scrub_lists import done

LATER = Moment.of(CLOCK + timedelta(minutes=5))
KEYS = ("event", "company_id", "subject", "number_known")


@pytest.fixture(autouse=True)
def standing_clock(now):
    """The faces' clock stands still."""


def told(**wanted) -> list[tuple]:
    return list(Change.objects.filter(**wanted).order_by("id").values_list(*KEYS))


def allowed(company, number=ANA, **others) -> int:
    """The company asks, and may call; the id of its check."""
    asked = Question(company.pk, company.pk, number, ACME_CALLER, 0, 0)._replace(**others)
    (answer,) = check([asked], Moment.of(CLOCK))
    assert answer.decision.allowed
    return answer.check_id


@pytest.fixture
def rival(acme):
    """Another company, which has no business with Ana."""
    return companies.enter(name="Rival", moment=Moment.of(CLOCK - timedelta(days=9)))


# --- who is told ------------------------------------------------------------------------------------------------------


def test_an_opt_out_from_all_is_told_to_who_holds_something_and_to_nobody_else(acme, bolt, rival, ana):
    agree(acme, ana, "form-1")
    relationships.record(
        company=bolt,
        number=ana,
        kind="purchase",
        last_at=CLOCK - timedelta(days=2),
        reference="o-1",
        moment=Moment.of(CLOCK),
        sector="real_estate",
    )
    opt_outs.register(number=ana, scope="all", source="portal", moment=LATER)
    assert told() == [
        ("opt_out.registered", acme.pk, None, True),
        ("opt_out.registered", bolt.pk, None, True),
    ]


def test_it_is_not_told_where_what_is_held_is_of_another_sector_or_channel_or_has_ended(acme, ana):
    agree(acme, ana, "form-1", expires="2026-03-01 09:00")
    agree(acme, ana + 1, "form-2")
    opt_outs.register(number=ana, scope="all", source="portal", moment=LATER)
    opt_outs.register(number=ana + 1, scope="sector", sector="food", source="portal", moment=LATER)
    opt_outs.register(number=ana + 1, scope="all", channels=["sms"], source="portal", moment=LATER)
    assert told() == []
    opt_outs.register(number=ana + 1, scope="sector", sector="insurance", source="portal", moment=LATER)
    assert told() == [("opt_out.registered", acme.pk, None, True)]


def test_the_company_that_is_named_hears_of_it_and_its_number_stays_masked_if_it_never_knew_it(
    acme, rival, ana, key_of
):
    opt_outs.register(number=ana, scope="company", company=rival, source="portal", moment=LATER)
    opt_outs.register(
        number=ana + 1, scope="company", company=rival, reporter=rival, source="call", moment=LATER
    )
    assert told() == [
        ("opt_out.registered", rival.pk, None, False),
        ("opt_out.registered", rival.pk, None, True),
    ]
    items = Api(key_of(rival)).get("/changes", {"unmask": "true"}).json()["items"]
    assert [item["data"]["number"] for item in items] == ["+86138****8000", "+8613800138001"]
    assert items[0]["data"] == {
        "number": "+86138****8000",
        "scope": "company",
        "sector": None,
        "channels": ["live", "autodialed", "prerecorded", "sms"],
        "days": None,
        "hours": None,
    }


def test_an_opt_out_takes_the_ground_of_an_allow(acme, agreed, ana, reader):
    check_id = allowed(acme)
    opt_outs.register(number=ana, scope="all", source="portal", moment=LATER)
    opt_outs.register(number=ana, scope="company", company=acme, source="portal", moment=LATER)
    assert told(event=1) == [("check.revoked", acme.pk, check_id, True)]
    (revoked,) = [row for row in reader.get("/changes").json()["items"] if row["type"] == "check.revoked"]
    assert revoked["data"]["id"] == f"chk_{check_id}"
    assert revoked["data"]["reasons"] == ["opted_out_of_all"]


def test_an_allow_that_has_ended_or_that_stands_is_left_alone(acme, agreed, ana):
    check_id = allowed(acme)
    opt_outs.register(number=ana, scope="sector", sector="food", source="portal", moment=LATER)
    opt_outs.register(number=ana, scope="all", source="portal", moment=Moment.of(CLOCK + timedelta(days=60)))
    assert told(event=1) == []
    assert check_id


@pytest.mark.parametrize(("step", "status"), [(consents.revoke, "revoked"), (consents.dispute, "disputed")])
def test_a_consent_that_is_taken_back_is_told_with_the_checks_on_it(acme, agreed, step, status, reader):
    check_id = allowed(acme)
    step(record_id=agreed, moment=LATER)
    assert told() == [
        (f"consent.{status}", acme.pk, agreed, True),
        ("check.revoked", acme.pk, check_id, True),
    ]
    first, second = reader.get("/changes", {"unmask": "true"}).json()["items"]
    assert first == {
        "id": "chg_1",
        "type": f"consent.{status}",
        "timestamp": "2026-03-10T02:05:00Z",
        "data": {
            "id": f"con_{agreed}",
            "number": "+8613800138000",
            "reference": "form-1",
            "since": "2026-03-10T02:05:00+00:00",
        },
    }
    assert second["data"]["reasons"] == [f"consent_{status}"]


def test_a_refusal_is_on_record_also_while_nothing_can_be_decided(acme, agreed, ana, monkeypatch):
    check_id = allowed(acme)

    def another_rule(*_):
        raise RuleNotLoaded

    monkeypatch.setattr(change_events, "ask", another_rule)
    opt_outs.register(number=ana, scope="all", source="portal", moment=LATER)
    assert told(event=1) == [("check.revoked", acme.pk, check_id, True)]
    assert Change.objects.get(event="check.revoked").details["reasons"] == []


def test_a_consent_that_is_confirmed_is_not_told(acme, agreed):
    consents.confirm(record_id=agreed, moment=LATER)
    assert told() == []


def test_nothing_is_told_of_what_is_undone(acme, agreed, ana):
    class Undone(Exception):
        """Undoes a block."""

    def revoke_and_break():
        with transaction.atomic():
            consents.revoke(record_id=agreed, moment=LATER)
            raise Undone

    with pytest.raises(Undone):
        revoke_and_break()
    assert told() == []


def test_a_list_is_told_as_one_by_one(acme, ana, tmp_path):
    agree(acme, ana, "form-1")
    check_id = allowed(acme)
    path = tmp_path / "list.csv"
    path.write_bytes(b"number\n+8613800138000\n+8613800138001\n")
    with path.open("rb") as file:
        opt_out_lists.load(Source(file), opt_out_lists.Terms(LATER), on_reject=pytest.fail)
    assert told() == [
        ("opt_out.registered", acme.pk, None, True),
        ("check.revoked", acme.pk, check_id, True),
    ]
    with path.open("rb") as file:
        opt_out_lists.load(Source(file), opt_out_lists.Terms(LATER), on_reject=pytest.fail)
    assert len(told()) == 2


def test_refusals_heard_in_calls_are_told(acme, agreed, ana):
    check_id = allowed(acme)
    said = opt_outs.Refusal(ana, acme.pk, CLOCK + timedelta(minutes=1))
    for _ in range(2):
        with transaction.atomic():
            opt_outs.register_refusals([said], moment=LATER, source=1)
    assert told() == [
        ("opt_out.registered", acme.pk, None, True),
        ("check.revoked", acme.pk, check_id, True),
    ]


def test_a_scrub_is_told_once_it_is_completed(acme, files, reader):
    scrub = done(acme)
    (item,) = reader.get("/changes").json()["items"]
    assert item["type"] == "scrub.completed"
    assert item["data"] == {
        "id": f"scr_{scrub.pk}",
        "reference": None,
        "counts": {"allowed": 0, "denied": 3, "rejected": 1},
    }


def test_a_consent_that_lapses_soon_is_told_once(acme, ana, reader, settings):
    soon = agree(acme, ana, "form-1", expires="2026-03-20 09:00")
    agree(acme, ana + 1, "form-2", expires="2026-04-20 09:00")
    agree(acme, ana + 2, "form-3", expires="2026-03-09 09:00")
    gone = agree(acme, ana + 3, "form-4", expires="2026-03-20 09:00")
    consents.revoke(record_id=gone.record_id, moment=Moment.of(CLOCK - timedelta(days=1)))
    Change.objects.all().delete()
    assert tasks.tell_of_expiring_consents() == 1
    assert tasks.tell_of_expiring_consents() == 0
    assert told() == [("consent.expiring", acme.pk, soon.record_id, True)]
    (item,) = reader.get("/changes").json()["items"]
    assert item["data"]["expires_at"].startswith("2026-03-20T09:00:00")
    settings.CONSENT_EXPIRING_DAYS = 60
    assert tasks.tell_of_expiring_consents() == 1


def test_more_consents_than_one_statement_takes(acme, ana, monkeypatch):
    monkeypatch.setattr(change_events, "EXPIRING_STEP", 2)
    for n in range(5):
        agree(acme, ana + n, f"form-{n}", expires="2026-03-20 09:00")
    assert tasks.tell_of_expiring_consents() == 5


# --- the feed ---------------------------------------------------------------------------------------------------------


def many(company, count: int) -> None:
    for n in range(count):
        changes.add(company_id=company.pk, event="violation.updated", at=CLOCK, subject=n + 1, number=ANA)


def test_it_is_read_page_by_page_and_from_where_one_was(acme, reader):
    many(acme, 5)
    page = reader.get("/changes", {"page_size": 2}).json()
    assert [item["id"] for item in page["items"]] == ["chg_1", "chg_2"]
    assert page["next_after"] == "chg_2"
    rest = reader.get("/changes", {"page_token": page["next_page_token"]}).json()
    assert rest == reader.get("/changes", {"after": "chg_2"}).json() == reader.get("/changes?after=2").json()
    assert [item["id"] for item in rest["items"]] == ["chg_3", "chg_4", "chg_5"]
    assert rest["next_page_token"] is None
    empty = reader.get("/changes", {"after": "chg_5"}).json()
    assert empty == {"items": [], "next_page_token": None, "next_after": "chg_5"}


def test_it_masks_numbers_unless_they_are_asked_for(acme, reader):
    many(acme, 1)
    assert reader.get("/changes").json()["items"][0]["data"]["number"] == "+86138****8000"
    assert reader.get("/changes?unmask=true").json()["items"][0]["data"]["number"] == "+8613800138000"


def test_each_company_has_its_own_order(acme, bolt, reader, other_api):
    for company in (acme, bolt, acme):
        many(company, 1)
    assert [item["id"] for item in reader.get("/changes").json()["items"]] == ["chg_1", "chg_2"]
    assert [item["id"] for item in other_api.get("/changes").json()["items"]] == ["chg_1"]


def test_it_is_for_readers_only(acme, api, nobody, test_api, key_of, reader):
    many(acme, 1)
    problem(api.get("/changes"), 403, "scope_missing")
    problem(nobody.get("/changes"), 401, "not_authenticated")
    problem(reader.post("/changes", {}), 405, "method_not_allowed")
    problem(reader.get("/changes", {"after": "yesterday"}), 422, "invalid_input", "/after")
    assert test_api.get("/changes").json()["items"] == []


def test_it_says_so_when_changes_are_kept_no_longer(acme, reader, now, settings):
    many(acme, 3)
    assert len(reader.get("/changes").json()["items"]) == 3
    Change.objects.filter(position__lt=3).update(at=CLOCK - timedelta(days=91))
    assert tasks.forget_changes() == 2
    problem(reader.get("/changes", {"after": "chg_1"}), 410, "changes_forgotten")
    assert [item["id"] for item in reader.get("/changes?after=2").json()["items"]] == ["chg_3"]
    assert [item["id"] for item in reader.get("/changes").json()["items"]] == ["chg_3"]
    Change.objects.update(at=CLOCK - timedelta(days=91))
    tasks.forget_changes()
    problem(reader.get("/changes", {"after": "chg_2"}), 410, "changes_forgotten")
    many(acme, 1)
    assert [item["id"] for item in reader.get("/changes?after=3").json()["items"]] == ["chg_4"]


def test_it_numbers_in_steps(acme, monkeypatch):
    monkeypatch.setattr(changes, "STEP", 2)
    many(acme, 5)
    assert [changes.number() for _ in range(4)] == [2, 2, 1, 0]
    assert list(Change.objects.order_by("id").values_list("position", flat=True)) == [1, 2, 3, 4, 5]


# --- transactions side by side ----------------------------------------------------------------------------------------


def positions() -> list[tuple[int, int | None]]:
    return list(Change.objects.order_by("id").values_list("subject", "position"))


def elsewhere(work):
    """Run something on another connection."""
    try:
        return work()
    finally:
        connection.close()


def test_one_that_commits_late_comes_behind_what_was_read(committed_acme):
    company = committed_acme
    begun, go_on = Event(), Event()

    def slow():
        with transaction.atomic():
            changes.add(company_id=company.pk, event="violation.updated", at=CLOCK, subject=1)
            begun.set()
            assert go_on.wait(20)

    with ThreadPoolExecutor() as pool:
        late = pool.submit(elsewhere, slow)
        assert begun.wait(20)
        # Drawn later, and committed first.
        changes.add(company_id=company.pk, event="violation.updated", at=CLOCK, subject=2)
        assert changes.number() == 1
        seen = [row.subject for row in changes.after(company.pk, None, size=10)]
        go_on.set()
        late.result(20)
    assert changes.number() == 1
    assert seen == [2]
    assert positions() == [(1, 2), (2, 1)]
    assert [row.subject for row in changes.after(company.pk, 1, size=10)] == [1]


def test_only_one_numbers_at_a_time(committed_acme):
    company = committed_acme
    changes.add(company_id=company.pk, event="violation.updated", at=CLOCK, subject=1)
    with transaction.atomic():
        assert changes.number() == 1
        changes.add(company_id=company.pk, event="violation.updated", at=CLOCK, subject=2)
        with ThreadPoolExecutor() as pool:
            # The other neither waits nor numbers, nor sees what is not committed.
            assert pool.submit(elsewhere, changes.number).result(20) == 0
            assert pool.submit(elsewhere, lambda: changes.after(company.pk, None, size=9)).result(20) == []
    assert changes.number() == 1


def test_many_writers_and_readers_lose_nothing(committed_acme):
    company = committed_acme
    writers, each = 4, 40

    def write(name: int):
        for n in range(each):
            with transaction.atomic():
                changes.add(
                    company_id=company.pk, event="violation.updated", at=CLOCK, subject=name * 1000 + n
                )

    def read() -> list[int]:
        seen, last = [], 0
        while len(seen) < writers * each:
            changes.number()
            for row in changes.after(company.pk, last, size=7):
                assert row.position == last + 1
                last = row.position
                seen.append(row.subject)
        return seen

    with ThreadPoolExecutor() as pool:
        reading = [pool.submit(elsewhere, read) for _ in range(2)]
        for done_ in [pool.submit(elsewhere, lambda name=name: write(name)) for name in range(writers)]:
            done_.result(60)
        first, second = (result.result(60) for result in reading)
    assert first == second
    assert len(set(first)) == writers * each
    for name in range(writers):
        own = [subject for subject in first if subject // 1000 == name]
        assert own == sorted(own)
