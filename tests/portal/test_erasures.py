"""A person leaves: what goes, what stays, and that what stays is said."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from compliance import complaints
from compliance.complaint_evidence import Attachment
from compliance.models import Complaint
from registry import consents, opt_outs
from registry.models import Consent, Erasure, InboundMessage, NumberProof, OptOut, Subscriber
from registry.periods import Moment
from tests.compliance.complaints_made import CALLED_AT, PNG, filed, relayed
from tests.conftest import ANA, CLOCK


@pytest.fixture
def past(acme, moment, ana_at_home):
    """A refusal, a claimed consent, a revoked one, a text: of Ana, and of somebody else."""
    then = Moment.of(moment.at - timedelta(days=1))
    for number in (ANA, ANA + 1):
        opt_outs.register(number=number, scope="all", source="portal", moment=then)
        for reference, sector in (("a", "insurance"), ("b", "finance")):
            row, _ = consents.record(
                company=acme, number=number, sectors=[sector], channels=["live"], given_at=then.at, method="sms",
                notice_text="Yes?", evidence=[], reference=f"{reference}{number}", moment=then,
            )  # fmt: skip
        consents.revoke(record_id=row.record_id, moment=then)
        InboundMessage.objects.create(
            kind="sms", message_id=str(number), number=number, action="status", reply="", received_at=then.at
        )


def text(answer) -> str:
    return answer.content.decode()


def test_it_says_what_goes_and_what_stays(ana_at_home, past):
    page = text(ana_at_home.get("/my/erasure/"))
    assert "1 refusal in force" in page
    assert "1 consent that a company claims" in page
    assert "at least 5 months" in page


def test_it_erases_the_person_and_keeps_the_protection(ana_at_home, past, clock):
    answer = ana_at_home.post("/my/erasure/", {"sure": "on"})
    page = text(answer)
    assert "You are deleted" in page
    assert "They stay in force and protect the number." in page
    assert not Subscriber.objects.exists()
    assert not NumberProof.objects.filter(number=ANA).exists()
    assert [row.number for row in InboundMessage.objects.all()] == [ANA + 1]
    assert OptOut.objects.current().filter(number=ANA, valid__upper_inf=True).count() == 1
    assert ana_at_home.get("/my/").url == "/sign-in/"
    row = Erasure.objects.get()
    assert row.at == clock
    assert row.removed["subscribers"] == 1
    assert row.digest == salted_hmac("registry.erasure", str(ANA), algorithm="sha256").hexdigest()


def test_it_takes_consents_and_refusals_back_where_one_wants(ana_at_home, past, clock):
    page = text(
        ana_at_home.post("/my/erasure/", {"sure": "on", "end_refusals": "on", "revoke_consents": "on"})
    )
    assert "1 taken back" in page
    assert "1 ended" in page
    assert not OptOut.objects.current().filter(number=ANA, valid__upper_inf=True).exists()
    in_effect = Consent.objects.as_of(Moment.of(clock + timedelta(seconds=1)))
    assert {row.status for row in in_effect.filter(number=ANA)} == {"revoked"}
    # Nobody else's.
    assert {row.status for row in in_effect.filter(number=ANA + 1)} == {"recorded", "revoked"}
    assert OptOut.objects.current().filter(number=ANA + 1, valid__upper_inf=True).count() == 1


def test_it_wants_to_be_sure(ana_at_home, past):
    answer = ana_at_home.post("/my/erasure/", {})
    assert answer.status_code == 422
    assert "Tick this if you are sure" in text(answer)
    assert Subscriber.objects.exists()
    assert not Erasure.objects.exists()


@pytest.fixture
def complained(acme, files, ana_at_home):
    """Ana complained twice, with a picture: of the first she was told the end; the second goes on."""
    ended = filed(
        text="My own words.", company_named="Acme", evidence=[Attachment(io.BytesIO(PNG), "mother.png")],
        called_at=CALLED_AT - timedelta(days=3), network="n",
    )  # fmt: skip
    going = relayed(text="Again!", text_updates=True)
    officer = get_user_model().objects.create_user("kim")
    complaints.close(complaint_id=ended.pk, outcome="upheld", text="Fined.", clock=CLOCK, user=officer)
    complaints.object_to(complaint_id=ended.pk, text="More!", clock=CLOCK)
    complaints.close(complaint_id=ended.pk, outcome="upheld", text="Fined.", clock=CLOCK, user=officer)
    return ended, going, officer


def kept(row) -> Complaint:
    row.refresh_from_db()
    return row


def test_it_erases_the_person_from_complaints_that_have_ended(
    ana_at_home, complained, files, django_capture_on_commit_callbacks
):
    ended, going, _ = complained
    page = text(ana_at_home.get("/my/erasure/"))
    assert "in 1 complaint that has ended" in page
    assert "1 complaint that is not decided yet" in page
    with django_capture_on_commit_callbacks(execute=True):
        page = text(ana_at_home.post("/my/erasure/", {"sure": "on"}))
    assert "you are erased from 1" in page
    assert "1, from which you are erased when it ends" in page
    row = kept(ended)
    assert (row.number, row.text, row.company_named, row.network, row.erased_at) == (None, "", "", "", CLOCK)
    assert (row.caller, row.called_at, row.outcome) == (ended.caller, ended.called_at, "upheld")
    assert [step.text for step in row.steps.filter(by="complainant")] == ["", ""]
    assert row.steps.filter(text="Fined.").count() == 2
    picture = row.evidence.get()
    assert (picture.file, picture.file_name, len(picture.sha256)) == ("", "", 64)
    assert [path for path in files.rglob("*") if path.is_file()] == []
    assert (kept(going).number, going.text, going.erase_at_end) == (ANA, "Again!", True)
    # The code still opens what is left.
    assert "Fined." in text(ana_at_home.get(f"/complain/track/{ended.tracking}/"))


def test_it_erases_what_goes_on_when_it_ends(ana_at_home, complained):
    _, going, officer = complained
    ana_at_home.post("/my/erasure/", {"sure": "on"})
    complaints.close(complaint_id=going.pk, outcome="upheld", text="Fined.", clock=CLOCK, user=officer)
    assert (kept(going).number, going.text, going.erase_at_end, going.erased_at) == (None, "", False, CLOCK)
    assert complaints.object_by(going) is None


def test_it_takes_complaints_back_where_the_person_wants_that(ana_at_home, complained):
    _, going, _ = complained
    ana_at_home.post("/my/erasure/", {"sure": "on", "withdraw_complaints": "on"})
    assert (kept(going).state, going.number, going.text) == ("withdrawn", None, "")
    assert Erasure.objects.get().removed["complaints_erased"] == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Complaint.objects.filter(pk=row.pk).update(text="Other words."),
        lambda row: Complaint.objects.filter(pk=row.pk).update(erased_at=CLOCK),
        lambda row: row.steps.update(text=""),
        lambda row: row.evidence.update(file=""),
        lambda row: row.steps.all().delete(),
    ],
)
def test_it_is_the_only_way_to_change_what_was_said(complained, change):
    ended, _, _ = complained
    with pytest.raises(IntegrityError), transaction.atomic():
        change(ended)


def test_it_shows_what_stays_also_where_the_tick_is_missing(ana_at_home, past):
    assert "1 refusal in force" in text(ana_at_home.post("/my/erasure/", {}))
