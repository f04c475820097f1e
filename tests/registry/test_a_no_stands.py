"""A person's "no" is not undone: not by a consent of an earlier date, nor by having been said once before."""

import io
from contextlib import suppress

import pytest

from registry import consents, opt_outs
from registry.codes import OPT_OUT_SOURCES
from registry.errors import ConsentOverlaps, OptOutOnRecord
from registry.lists import consents as consent_lists
from registry.lists import opt_outs as opt_out_lists
from registry.lists.text import Source
from registry.models import Consent, OptOut
from registry.periods import Moment
from registry.predial.facts import ask
from tests.story import ANA, Ask, Stage, confirmed, consented, disputed, opted_out, revoked, when


@pytest.mark.parametrize(("no", "status"), [(revoked, "revoked"), (disputed, "disputed")])
def test_it_refuses_a_consent_dated_before_the_no(acme, no, status):
    stage = Stage(acme, acme, ANA)
    consented("2026-01-01 09:00")(stage)
    no("2026-03-01 09:00")(stage)
    with pytest.raises(ConsentOverlaps):
        consented("2026-02-01 09:00", recorded="2026-03-05 09:00", name="backdated")(stage)
    assert not Consent.objects.filter(reference=f"backdated-{ANA}").exists()
    assert Consent.objects.current().filter(record_id=stage.records["consent"], status=status).exists()
    (answer,) = ask([Ask().question(stage)], Ask().moment)
    assert answer.decision.reasons == (f"consent_{status}",)


WIDER = ({"sectors": ("finance", "insurance")}, {"channels": ("live", "sms")})


@pytest.mark.parametrize("scope", WIDER)
def test_it_refuses_a_wider_consent_dated_before_a_dispute(acme, scope):
    stage = Stage(acme, acme, ANA)
    consented("2026-01-01 09:00")(stage)
    disputed("2026-03-01 09:00")(stage)
    with pytest.raises(ConsentOverlaps):
        consented("2026-02-01 09:00", recorded="2026-03-05 09:00", name="wider", **scope)(stage)
    (answer,) = ask([Ask().question(stage)], Ask().moment)
    assert answer.decision.reasons == ("consent_disputed",)


@pytest.mark.parametrize("scope", WIDER)
def test_it_refuses_a_wider_consent_in_a_list_dated_before_a_dispute(acme, scope):
    stage = Stage(acme, acme, ANA)
    consented("2026-01-01 09:00")(stage)
    disputed("2026-03-01 09:00")(stage)
    sectors, channels = scope.get("sectors", ("insurance",)), scope.get("channels", ("live",))
    text = (
        "number,sectors,channels,given_at,method,notice,evidence_sha256,reference\n"
        f"+{ANA},{'|'.join(sectors)},{'|'.join(channels)},2026-02-01T09:00:00+08:00,paper,Yes.,{'0' * 64},wider\n"
    )
    refused = []
    consent_lists.load(
        Source(io.BytesIO(text.encode())),
        company=acme,
        moment=Moment.of(when("2026-03-05 09:00")),
        on_reject=refused.append,
    )
    assert [row.code for row in refused] == ["consent_overlaps"]


def test_it_takes_a_consent_for_another_channel_than_the_disputed_one(acme):
    stage = Stage(acme, acme, ANA)
    consented("2026-01-01 09:00")(stage)
    disputed("2026-03-01 09:00")(stage)
    consented("2026-02-01 09:00", recorded="2026-03-05 09:00", name="sms", channels=("sms",))(stage)
    assert Consent.objects.filter(reference=f"sms-{ANA}").exists()


def test_it_takes_a_consent_given_after_the_no(acme):
    stage = Stage(acme, acme, ANA)
    consented("2026-01-01 09:00")(stage)
    revoked("2026-02-01 09:00")(stage)
    row, new = consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=["live"], given_at=when("2026-03-01 09:00"),
        method="paper", notice_text="Again.", evidence=[], reference="again",
        moment=Moment.of(when("2026-03-01 09:00")),
    )  # fmt: skip
    assert new
    (answer,) = ask([Ask().question(stage)], Ask().moment)
    assert (answer.decision.verdict, answer.consent) == ("allow", row.record_id)


def said_to_the_company(acme):
    """In a call, which the company reports."""
    refusal = opt_outs.Refusal(ANA, acme.pk, when("2026-03-05 09:00"))
    opt_outs.register_refusals(
        [refusal], moment=Moment.of(when("2026-03-05 10:00")), source=OPT_OUT_SOURCES.index("call")
    )


def said_in_a_list(acme):
    """In a list that names the day."""
    text = f"number,said_at\n+{ANA},2026-03-05T09:00:00+08:00\n"
    terms = opt_out_lists.Terms(moment=Moment.of(when("2026-03-05 10:00")), scope="company", company=acme)
    opt_out_lists.load(Source(io.BytesIO(text.encode())), terms, on_reject=pytest.fail)


def said_once(acme):
    opted_out("company", "2026-03-05 09:00", company="acme")(Stage(acme, acme, ANA))


@pytest.mark.parametrize("again", [said_once, said_to_the_company, said_in_a_list])
def test_it_counts_from_when_it_was_said_again(acme, again):
    """Refused, then agreed and confirmed, then refused again: the first refusal must not hide the second."""
    stage = Stage(acme, acme, ANA)
    opted_out("company", "2026-01-01 09:00", company="acme")(stage)
    consented("2026-02-01 09:00")(stage)
    confirmed("2026-02-02 09:00")(stage)
    (answer,) = ask([Ask().question(stage)], Moment.of(when("2026-03-04 10:00")))
    assert answer.decision.allowed

    again(acme)
    with suppress(OptOutOnRecord):
        again(acme)  # sent twice, it was said no more often

    (answer,) = ask([Ask().question(stage)], Ask().moment)
    assert answer.decision.reasons == ("opted_out_of_company",)
    assert answer.since == when("2026-03-05 09:00")
    first, second = OptOut.objects.current().order_by("valid")
    assert first.record_id == stage.records["opt_out"]
    assert first.valid.upper == second.valid.lower == when("2026-03-05 09:00")
    (answer,) = ask([Ask().question(stage)], Moment.of(when("2026-03-04 10:00")))
    assert answer.decision.allowed


def test_it_says_nothing_new_with_a_list_without_days(acme):
    """A national list is loaded every night; who agreed to calls since they came on it has not said no again."""
    stage = Stage(acme, acme, ANA)
    opted_out("all", "2026-01-01 09:00")(stage)
    consented("2026-02-01 09:00")(stage)
    terms = opt_out_lists.Terms(moment=Moment.of(when("2026-03-05 10:00")))
    counts = opt_out_lists.load(Source(io.BytesIO(f"+{ANA}\n".encode())), terms, on_reject=pytest.fail)
    assert (counts.accepted, counts.duplicates) == (0, 1)
    (answer,) = ask([Ask().question(stage)], Ask().moment)
    assert answer.decision.allowed
