"""The person is told where the complaint stands: by text if they asked for it, once a step, and it is put on record."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model

from compliance import complaint_messages, complaints, hints, tasks
from compliance.models import Complaint
from registry.messages import NotSent, memory
from registry.models import Subscriber
from tests.compliance.complaints_made import filed, matched, relayed, steps
from tests.conftest import ANA, CLOCK

pytestmark = pytest.mark.django_db

HOUR = complaints.TOLD_AFTER


@pytest.fixture(autouse=True)
def telephone():
    memory.outbox.clear()
    return memory.outbox


@pytest.fixture(autouse=True)
def ana():
    """Ana, who has proven her number on the portal."""
    return Subscriber.objects.create(number=ANA, language="en", first_proven_at=CLOCK, last_proven_at=CLOCK)


@pytest.fixture
def officer():
    return get_user_model().objects.create_user("officer")


def answered(acme, **given) -> Complaint:
    row = relayed(**given)
    complaints.answer(complaint_id=row.pk, company_id=acme.pk, text="Sorry.", evidence=[], clock=CLOCK)
    return row


def test_it_tells_each_step_once(acme, telephone, officer):
    row = filed(text_updates=True)
    assert complaint_messages.tell(row.pk, clock=CLOCK) == "sms"
    assert complaint_messages.tell(row.pk, clock=CLOCK) == "nothing"
    matched(row)
    assert complaint_messages.tell(row.pk, clock=CLOCK) == "sms"
    complaints.close(complaint_id=row.pk, outcome="upheld", text="Yes.", clock=CLOCK, user=officer)
    assert complaint_messages.tell(row.pk, clock=CLOCK) == "sms"
    assert [message.number for message in telephone] == [ANA] * 3
    first, second, third = (message.text for message in telephone)
    assert f"Your complaint cmp_{row.pk} is on record." in first
    assert f"/complain/track/{row.tracking}/" in first
    assert "was sent to the company" in second
    assert "is closed" in third
    assert len({message.reference for message in telephone}) == 3
    assert str(ANA) not in first + second + third
    assert "Acme" not in first + second + third


@pytest.mark.parametrize(("asked_for", "how", "sent"), [(True, "sms", 1), (False, "page", 0)])
def test_it_puts_on_record_that_the_person_was_told_of_the_answer(acme, telephone, asked_for, how, sent):
    row = answered(acme, text_updates=asked_for)
    assert complaint_messages.tell(row.pk, clock=CLOCK) == "nothing"
    assert complaint_messages.tell(row.pk, clock=CLOCK + HOUR) == how
    row.refresh_from_db()
    assert (row.state, row.clock, row.tell_at) == ("notified", "", None)
    told = row.steps.last()
    assert (told.step, told.by, told.text, told.in_time) == ("notify", "register", how, True)
    assert len(telephone) == sent
    assert complaint_messages.tell(row.pk, clock=CLOCK + 2 * HOUR) == "nothing"


def test_it_lets_a_company_add_to_its_answer_meanwhile(acme):
    row = answered(acme)
    complaints.answer(
        complaint_id=row.pk, company_id=acme.pk, text="More.", evidence=[], clock=CLOCK + HOUR / 2
    )
    row.refresh_from_db()
    assert row.tell_at == CLOCK + HOUR


def test_it_stays_due_when_the_gateway_is_away(acme, telephone, monkeypatch):
    row = answered(acme, text_updates=True)
    later = CLOCK + HOUR

    def away(self, message):
        raise NotSent("away")

    with monkeypatch.context() as patched:
        patched.setattr(memory.MemoryBackend, "send", away)
        assert complaint_messages.tell(row.pk, clock=later) == "failed"
    row.refresh_from_db()
    assert (row.state, row.tell_at) == ("answered", later + complaint_messages.CLAIM)
    assert complaint_messages.tell(row.pk, clock=later + complaint_messages.CLAIM) == "sms"
    assert steps(row)[-1] == "notify"


def test_it_speaks_the_language_of_the_complaint(telephone):
    row = filed(text_updates=True, language="zh-hans")
    complaint_messages.tell(row.pk, clock=CLOCK)
    assert telephone[0].language == "zh-hans"
    assert "您的投诉" in telephone[0].text


def test_it_sends_no_text_to_a_number_that_is_not_proven(telephone):
    row = filed(proven=False, text_updates=True)
    assert (row.text_updates, complaint_messages.tell(row.pk, clock=CLOCK)) == (False, "nothing")
    assert telephone == []


def test_it_sends_no_text_to_who_was_erased(acme, ana, telephone):
    row = answered(acme, text_updates=True)
    ana.delete()
    assert complaint_messages.tell(row.pk, clock=CLOCK + HOUR) == "page"
    assert telephone == []


def test_it_tells_nothing_of_what_another_centre_took(acme):
    """Its people hear from that centre; an officer puts it on record."""
    row = filed(source="12321", reference="J1", proven=False)
    complaints.relay(complaint_id=row.pk, company=acme, clock=CLOCK)
    complaints.answer(complaint_id=row.pk, company_id=acme.pk, text="Sorry.", evidence=[], clock=CLOCK)
    assert complaint_messages.tell(row.pk, clock=CLOCK + HOUR) == "nothing"


@pytest.mark.parametrize("ended_by", ["withdraw", "join"])
def test_it_tells_nothing_more_once_it_has_ended(ended_by):
    first = filed(text_updates=True)
    row = filed(text_updates=True) if ended_by == "join" else first
    if ended_by == "withdraw":
        complaints.withdraw(complaint_id=row.pk, clock=CLOCK)
    assert complaint_messages.tell(row.pk, clock=CLOCK) == "nothing"


def test_it_is_found_by_its_silence(acme, monkeypatch):
    row = answered(acme)
    sent = []
    monkeypatch.setattr(tasks.tell_complainant, "apply_async", sent.append)
    monkeypatch.setattr(tasks.match_complaint, "apply_async", lambda args: None)

    def round_at(clock):
        with time_machine.travel(clock, tick=False):
            return tasks.reconcile_complaints()["untold"]

    assert round_at(CLOCK + HOUR) == 0
    assert round_at(CLOCK + HOUR + hints.SILENCE + timedelta(seconds=1)) == 1
    assert round_at(CLOCK + HOUR + hints.SILENCE + timedelta(seconds=2)) == 0
    assert sent == [[row.pk]]
    with time_machine.travel(CLOCK + 2 * HOUR, tick=False):
        assert tasks.tell_complainant(row.pk) == "page"
