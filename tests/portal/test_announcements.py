"""A company records a consent, and the person hears of it by text: once, in the daytime, where the policy says so."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from registry import announcements, consents, policies, tasks
from registry.lists import consents as consent_lists
from registry.lists.text import Source
from registry.messages import NotSent, memory
from registry.models import Announcement, Subscriber
from registry.periods import Moment
from tests.conftest import ANA

AMERICAN = 12125550123


def record(company, moment, *, number=ANA, reference="form-1", sector="insurance"):
    row, _ = consents.record(
        company=company, number=number, sectors=[sector], channels=["live"], given_at=moment.at, method="web_form",
        notice_text="You may call me.", evidence=[], reference=reference, moment=moment,
    )  # fmt: skip
    return row.record_id


def told() -> list[str]:
    return [message.text for message in memory.outbox]


def test_it_tells_of_a_companys_first_consent(acme, bolt, moment, now):
    record(acme, moment)
    record(acme, moment, reference="form-1")
    record(acme, moment, reference="form-2", sector="finance")
    record(bolt, moment, reference="form-3", sector="finance")

    assert tasks.announce_consents() == {"sent": 2}

    first, second = told()
    assert first.startswith("Acme Insurance")
    assert "2026年3月10日" in first
    assert "/my/consents/" in first
    assert second.startswith("Bolt")
    assert memory.outbox[0].number == ANA
    assert list(Announcement.objects.order_by("pk").values_list("outcome", "tell_at")) == [("sent", None)] * 2
    assert tasks.announce_consents() == {}


def test_it_writes_in_the_language_of_the_person(acme, moment, now):
    Subscriber.objects.create(number=ANA, language="en", first_proven_at=moment.at, last_proven_at=moment.at)
    record(acme, moment)
    tasks.announce_consents()

    (text,) = told()
    assert text.startswith(
        "Acme Insurance has put on record that you agreed on 10 March 2026 to calls about: Insurance. Not true?"
    )


def test_it_wakes_nobody(acme, now):
    night = Moment.of(datetime(2026, 3, 10, 13, 30, tzinfo=UTC))
    record(acme, night)
    now.move_to(night.at)
    assert tasks.announce_consents() == {}
    now.move_to(datetime(2026, 3, 11, 1, 0, tzinfo=UTC))
    assert tasks.announce_consents() == {"sent": 1}


@pytest.mark.parametrize(
    ("at", "told_at"),
    [("00:59", "01:00"), ("01:00", "01:00"), ("11:59", "11:59"), ("12:00", "01:00+1"), ("16:30", "01:00")],
)
def test_it_knows_the_day_where_the_number_lives(at, told_at):
    def when(text):
        return datetime.fromisoformat(f"2026-03-10T{text[:5]}").replace(tzinfo=UTC)

    # 16:30 in Greenwich is half past midnight of the next day in Shanghai.
    expected = when(told_at) + timedelta(days=1 if "+1" in told_at or at == "16:30" else 0)
    assert announcements.by_day(when(at), "Asia/Shanghai") == expected


def test_it_tells_nobody_what_is_over_or_given_here(acme, bolt, moment, now):
    record_id = record(acme, moment)
    consents.revoke(record_id=record_id, moment=moment)
    consents.give(
        company=bolt, number=ANA, sectors=["insurance"], channels=["live"], notice_text="I let Bolt.", moment=moment
    )  # fmt: skip

    now.shift(timedelta(minutes=1))

    assert tasks.announce_consents() == {"moot": 2}
    assert told() == []


def test_it_tells_nobody_where_the_policy_does_not_say_so(acme, moment, now):
    record(acme, moment, number=AMERICAN)
    assert "consent_announced" not in policies.for_number(AMERICAN, "insurance", moment).terms
    assert not Announcement.objects.exists()


def test_it_stays_due_while_the_gateway_is_away(acme, moment, now, monkeypatch):
    record(acme, moment)

    def away(message):
        raise NotSent

    with monkeypatch.context() as patched:
        patched.setattr("registry.messages.send", away)
        assert tasks.announce_consents() == {"failed": 1}
    assert tasks.announce_consents() == {}
    now.shift(announcements.CLAIM)
    assert tasks.announce_consents() == {"sent": 1}
    assert memory.outbox[0].reference == f"announcement-{Announcement.objects.get().pk}"


def test_it_is_said_in_the_consents_history_and_goes_with_the_person(acme, moment, ana_at_home, now):
    record_id = record(acme, moment)
    tasks.announce_consents()

    page = ana_at_home.get(f"/my/consents/con_{record_id}/").content.decode()
    assert "We told you of it by text message" in page
    ana_at_home.post("/my/erasure/", {"sure": "on"})
    assert not Announcement.objects.exists()


def entries(*rows: tuple[int, str, str], at):
    lines = ["number,sectors,channels,given_at,method,notice,evidence_sha256,reference"]
    lines += [
        f"+{number},{sector},live,{at.isoformat()},web_form,You may call me.,{'ab' * 32},{reference}"
        for number, sector, reference in rows
    ]
    source = Source(io.BytesIO("\n".join(lines).encode()))
    return list(consent_lists.entries(source, moment=Moment.of(at)))


def test_a_companys_file_is_no_way_around_the_text(acme, moment, now):
    record(acme, moment, number=ANA + 1, reference="known")
    Announcement.objects.all().delete()
    chunk = entries(
        (ANA, "insurance", "f-1"),
        (ANA, "finance", "f-2"),
        (ANA, "finance", "f-2"),
        (ANA + 1, "finance", "f-3"),
        (ANA + 2, "insurance", "f-4"),
        (AMERICAN, "insurance", "f-5"),
        at=moment.at,
    )
    outcomes = consent_lists.record(chunk, acme, moment, announced=True)
    assert outcomes == ["accepted", "accepted", "duplicate", "accepted", "accepted", "accepted"]
    planned = Announcement.objects.order_by("number").values_list(
        "number", "company_id", "tell_at", "outcome"
    )
    assert list(planned) == [(ANA, acme.pk, moment.at, ""), (ANA + 2, acme.pk, moment.at, "")]

    # The same file again tells nobody twice.
    consent_lists.record(chunk, acme, moment, announced=True)
    assert tasks.announce_consents() == {"sent": 2}
    assert {message.number for message in memory.outbox} == {ANA, ANA + 2}


def test_a_file_of_the_night_is_told_of_in_the_morning(acme, now):
    night = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
    consent_lists.record(entries((ANA, "insurance", "f-1"), at=night), acme, Moment.of(night), announced=True)
    assert Announcement.objects.get().tell_at == datetime(2026, 3, 11, 1, 0, tzinfo=UTC)


def test_a_stock_that_the_operator_imports_is_no_news(acme, moment, now):
    consent_lists.record(entries((ANA, "insurance", "f-1"), at=moment.at), acme, moment)
    assert not Announcement.objects.exists()
