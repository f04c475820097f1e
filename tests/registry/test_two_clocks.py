"""Two clocks: superseding leaves history, and "as known then" and "as known today" both have answers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from registry import companies, consents, errors, opt_outs, suspensions
from registry.api.problems import translate
from registry.models import Caller, Consent, Licence, OptOut, Policy
from registry.periods import Moment, since
from registry.predial.facts import ask
from tests.conftest import ACME_CALLER
from tests.registry.one_of_each import agree, one_of_each, question, when


@pytest.fixture
def consent(acme, ana):
    """Ana agreed to Acme's calls on the first of February."""
    return agree(acme, ana, "form-1")


def test_it_keeps_what_was_superseded(consent, clock):
    held = Consent.objects.get(pk=consent.pk)
    following = Consent.objects.get(pk=consent.pk)
    following.status = "confirmed"
    held.supersede(clock, following)

    first, second = Consent.objects.filter(record_id=consent.record_id).order_by("id")
    assert (first.pk, first.status, first.recorded.upper) == (consent.pk, "recorded", clock)
    assert (second.status, second.recorded) == ("confirmed", since(clock))
    assert first.valid == second.valid
    thing = Consent.objects.filter(record_id=consent.record_id)
    assert thing.current().get() == second
    assert thing.on_record(clock - timedelta(microseconds=1)).get() == first
    assert thing.on_record(clock).get() == second


def test_it_loses_no_row_that_is_superseded_in_the_instant_it_was_recorded(consent):
    instant = consent.recorded.lower
    held = Consent.objects.get(pk=consent.pk)
    following = Consent.objects.get(pk=consent.pk)
    following.status = "confirmed"
    held.supersede(instant, following)

    first, second = Consent.objects.filter(record_id=consent.record_id).order_by("id")
    assert not first.recorded.isempty
    assert first.recorded.upper == second.recorded.lower == instant + timedelta(microseconds=1)


def test_a_replacement_of_nothing_takes_a_row_off_the_record(consent, clock):
    consent.supersede(clock)
    thing = Consent.objects.filter(record_id=consent.record_id)
    assert thing.get().recorded.upper == clock
    assert not thing.current().exists()


def verdict(company, number, at: str, known_at: str) -> tuple[str, tuple[str, ...]]:
    (answer,) = ask([question(company, number)], Moment(when(at), when(known_at)))
    return answer.decision.verdict, answer.decision.reasons


def test_it_answers_both_as_known_then_and_as_known_today(acme, ana, consent):
    """A revocation recorded at two to take effect at noon, and a call at one (China: eight hours later)."""
    consents.revoke(record_id=consent.record_id, moment=Moment(when("04:00"), when("06:00")))

    assert verdict(acme, ana, "05:00", "05:00") == ("allow", ("consent_on_record",))
    assert verdict(acme, ana, "05:00", "05:59") == ("allow", ("consent_on_record",))
    assert verdict(acme, ana, "05:00", "06:00") == ("deny", ("consent_revoked",))
    assert verdict(acme, ana, "05:00", "2026-12-31 00:00") == ("deny", ("consent_revoked",))
    assert verdict(acme, ana, "03:59", "2026-12-31 00:00") == ("allow", ("consent_on_record",))


def test_the_rows_say_both_too(consent):
    consents.revoke(record_id=consent.record_id, moment=Moment(when("04:00"), when("06:00")))

    def status(at: str, known_at: str) -> str:
        return Consent.objects.as_of(Moment(when(at), when(known_at))).get(record_id=consent.record_id).status

    assert status("05:00", "05:00") == "recorded"
    assert status("05:00", "06:00") == "revoked"
    assert status("03:00", "06:00") == "recorded"
    assert Consent.objects.filter(record_id=consent.record_id).count() == 3


def test_it_answers_both_about_an_opt_out_and_a_licence(acme, ana, consent):
    opt_outs.register(
        number=ana,
        scope="all",
        source="phone",
        said_at=when("04:00"),
        moment=Moment.of(when("06:00")),
    )
    suspensions.suspend(company=acme, moment=Moment(when("04:00"), when("07:00")))

    assert verdict(acme, ana, "05:00", "05:00") == ("allow", ("consent_on_record",))
    assert verdict(acme, ana, "05:00", "06:00") == ("deny", ("opted_out_of_all",))
    assert verdict(acme, ana, "05:00", "07:00") == ("deny", ("company_not_licensed", "opted_out_of_all"))


def test_it_refuses_an_opt_out_that_stands_already(db, ana, moment):
    opt_outs.register(number=ana, scope="all", source="portal", moment=moment)
    with pytest.raises(errors.OptOutOnRecord):
        opt_outs.register(number=ana, scope="all", source="sms", moment=moment)
    assert OptOut.objects.filter(number=ana).count() == 1


def test_it_refuses_a_consent_for_a_time_that_is_taken(acme, ana, consent):
    with pytest.raises(errors.ConsentOverlaps):
        agree(acme, ana, "form-2", given="2026-01-01 09:00", recorded="2026-03-01 09:00")
    assert Consent.objects.filter(number=ana).count() == 1


def test_it_refuses_a_licence_for_a_time_that_is_taken(acme, moment):
    with pytest.raises(errors.LicenceOverlaps):
        companies.license(company=acme, sectors=["health", "insurance"], moment=moment)
    assert sorted(acme.licences.values_list("sector", flat=True)) == sorted(["insurance", "finance"])


def test_it_refuses_a_caller_that_is_taken(acme, bolt, moment):
    with pytest.raises(errors.CallerTaken):
        companies.add_caller(company=bolt, number=ACME_CALLER, moment=moment)
    assert Caller.objects.get(number=ACME_CALLER).company == acme


@pytest.mark.parametrize(
    ("model", "name", "error"),
    [
        (OptOut, "opt_out_one_at_a_time", errors.OptOutOnRecord),
        (Consent, "consent_one_at_a_time", errors.ConsentOverlaps),
        (Licence, "licence_one_at_a_time", errors.LicenceOverlaps),
        (Caller, "caller_one_at_a_time", errors.CallerTaken),
        (Policy, "policy_one_at_a_time", errors.PolicyOverlaps),
    ],
)
def test_a_constraint_is_named_after_its_domain_error(acme, ana, model, name, error):
    """A row put in twice past the verbs is refused by the constraint of that name, which the faces translate."""
    again = model.objects.get(pk=one_of_each(acme, ana)[model].pk)
    again.pk = None
    if hasattr(again, "record_id"):
        again.record_id = None
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        again.save(force_insert=True)
    assert caught.value.__cause__.diag.constraint_name == name
    assert type(translate(caught.value)) is error
    assert errors.BY_CONSTRAINT[name] is error


def test_every_constraint_that_is_translated_exists(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'"
        )
        held = {name for (name,) in cursor.fetchall()}
    assert set(errors.BY_CONSTRAINT) - held == set()


def test_a_later_period_of_the_same_is_no_conflict(acme, ana, moment):
    """What ended may begin again: the constraints forbid two at once, not two."""
    first = opt_outs.register(
        number=ana, scope="all", source="portal", moment=Moment.of(when("2026-02-01 00:00"))
    )
    opt_outs.withdraw(record_id=first.record_id, moment=Moment.of(when("2026-02-02 00:00")))
    opt_outs.register(number=ana, scope="all", source="portal", moment=Moment.of(when("2026-02-03 00:00")))
    suspensions.suspend(company=acme, moment=Moment.of(when("2026-02-02 00:00")))
    companies.license(company=acme, sectors=["insurance"], moment=Moment.of(when("2026-02-02 00:00")))
    assert OptOut.objects.as_of(moment).filter(number=ana).count() == 1
    assert Licence.objects.as_of(moment).filter(company=acme).count() == 1
