"""A person's revocation or dispute is not undone by a consent of an earlier date, recorded afterwards."""

import pytest

from registry import consents
from registry.errors import ConsentOverlaps
from registry.models import Consent
from registry.periods import Moment
from registry.predial.facts import ask
from tests.story import ANA, Ask, Stage, consented, disputed, revoked, when


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
