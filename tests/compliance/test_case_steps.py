"""A case from its opening to its end: each step written down, four eyes, a suspension seen by the next check."""

import io
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from compliance import case_decisions, case_letters, cases
from compliance.errors import CaseNotOpen, CaseTooEarly, FourEyesNeeded, HeldInAnotherCase
from compliance.models import Case, CaseItem, CaseLetter, CaseStep, Violation
from registry import companies, suspensions
from registry.errors import InvalidInput, LicenceBarred, NotFound
from registry.models import Check, CompanyChange, Licence
from registry.periods import Moment
from tests.compliance.calls_made import agreed, asked
from tests.compliance.cases_made import (
    OPENED,
    answered,
    chief,
    decided,
    found_against,
    officer,
    opened,
    proposed,
)
from tests.conftest import ANA

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def allowed(acme, at: datetime) -> bool:
    """What the register answers Acme at a time."""
    return Check.objects.get(pk=asked(acme, at)).allowed


def test_it_opens_with_the_policy_of_the_call_and_its_clock(acme):
    row = opened(acme)
    assert (row.state, row.sector, row.policy.pack) == ("open", "insurance", "cn-insurance")
    assert (row.clock, row.due_at) == ("decide", datetime(2026, 6, 22, 16, tzinfo=UTC))
    assert (row.officer, row.opened_by) == (officer(), officer())
    (step,) = row.steps.all()
    assert (step.step, step.by, step.at, step.detail) == (
        "open",
        "officer",
        OPENED,
        {"added": {"violation": 1}},
    )
    assert not CaseLetter.objects.exists()


def test_it_refuses_what_does_not_belong_together(acme, bolt):
    ids = found_against(acme)
    for gathered in (
        {},
        {"violation": []},
        {"violation": [ids[0], 999]},
        {"discrepancy": [1], "violation": ids},
    ):
        with pytest.raises(InvalidInput), transaction.atomic():
            cases.open_case(
                company=acme, gathered=gathered, title="x", user=officer(), moment=Moment.of(OPENED)
            )
    with pytest.raises(InvalidInput), transaction.atomic():
        opened(bolt, ids=ids)
    assert not Case.objects.exists()
    opened(acme, ids=ids)
    with pytest.raises(HeldInAnotherCase), transaction.atomic():
        opened(acme, ids=ids)
    assert Case.objects.count() == 1


def test_it_lets_go_of_what_it_held_when_it_is_withdrawn(acme):
    row = opened(acme)
    ids = list(row.items.values_list("object_id", flat=True))
    cases.withdraw(case_id=row.pk, text="A test call of ours.", user=chief(), clock=OPENED)
    assert opened(acme, ids=ids).state == "open"
    assert CaseItem.objects.filter(held=True).count() == 1


def test_it_marks_an_answer_that_comes_late(acme):
    row = opened(acme)
    cases.notify(case_id=row.pk, text="You called.", user=officer(), clock=OPENED)
    row.refresh_from_db()
    # Five working days after 24 March; 31 March ends in China at 16:00 UTC.
    assert (row.clock, row.due_at) == ("respond", datetime(2026, 3, 31, 16, tzinfo=UTC))
    late = cases.respond(
        case_id=row.pk, company_id=acme.pk, text="Sorry.", evidence=[], clock=OPENED + 8 * DAY
    )
    assert (late.in_time, late.by, late.company, late.clock) == (False, "company", acme, "respond")
    row.refresh_from_db()
    assert (row.state, row.clock) == ("answered", "decide")


def test_it_waits_for_the_company_before_a_proposal(acme):
    row = opened(acme)
    cases.notify(case_id=row.pk, text="You called.", user=officer(), clock=OPENED)
    given = {"case_id": row.pk, "action": "order_correct", "text": "It called.", "user": officer()}
    with pytest.raises(CaseTooEarly):
        case_decisions.propose(**given, clock=OPENED + DAY)
    assert case_decisions.propose(**given, clock=datetime(2026, 3, 31, 16, tzinfo=UTC)).state == "proposed"


def test_it_asks_for_another_notice_of_what_is_added_later(acme):
    first, second = found_against(acme, 2)
    row = answered(acme, ids=[first])
    cases.gather(
        case_id=row.pk, gathered={"violation": [second]}, text="More", user=officer(), clock=OPENED + 2 * DAY
    )
    row.refresh_from_db()
    assert row.state == "open"
    with pytest.raises(CaseNotOpen):
        case_decisions.propose(
            case_id=row.pk, action="warning", text="x", user=officer(), clock=OPENED + 3 * DAY
        )


def test_it_hides_a_case_from_its_company_until_the_notice(acme, bolt):
    row = opened(acme)
    for company in (acme, bolt):
        with pytest.raises(NotFound):
            cases.respond(case_id=row.pk, company_id=company.pk, text="x", evidence=[], clock=OPENED)
    assert not cases.told_to(acme.pk).exists()
    cases.notify(case_id=row.pk, text="You called.", user=officer(), clock=OPENED)
    assert list(cases.told_to(acme.pk)) == [row]
    assert not cases.told_to(bolt.pk).exists()


def test_it_asks_for_a_reason_where_the_ladder_says_otherwise(acme):
    row = answered(acme)
    wanted = case_decisions.ladder(row, at=OPENED + 2 * DAY)
    assert (wanted.action, wanted.count, wanted.evidence) == ("order_correct", 1, "C")
    given = {"case_id": row.pk, "text": "It called on.", "user": officer(), "clock": OPENED + 2 * DAY}
    with pytest.raises(InvalidInput) as refused:
        case_decisions.propose(**given, action="suspend_new_outbound", lasts="P90D")
    assert refused.value.pointer == "/why_other"
    case_decisions.propose(**given, action="order_correct")
    detail = row.steps.last().detail
    assert (detail["why_other"], detail["discretion"], detail["ladder"]["action"]) == (
        "",
        False,
        "order_correct",
    )


def test_it_climbs_the_ladder_with_each_decision(acme):
    first, second = found_against(acme, 2)
    decided(acme, ids=[first], action="order_correct", lasts="")
    row = answered(acme, ids=[second], clock=OPENED + 30 * DAY)
    wanted = case_decisions.ladder(row, at=OPENED + 33 * DAY)
    assert (wanted.action, wanted.lasts, wanted.count) == ("suspend_new_outbound", "P90D", 2)
    assert case_decisions.ladder(row, at=OPENED + 500 * DAY).action == "order_correct"


def test_it_leaves_a_gap_in_the_law_to_discretion(acme):
    row = answered(acme, sector="finance")
    assert row.policy.pack == "cn"
    assert case_decisions.ladder(row, at=OPENED + 2 * DAY).discretion
    case_decisions.propose(
        case_id=row.pk, action="warning", text="A first time.", user=officer(), clock=OPENED + 2 * DAY
    )
    assert row.steps.last().detail["discretion"]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"action": "flogging"}, "/action"),
        ({"action": "warning", "lasts": "P1D"}, "/lasts"),
        ({"action": "suspend_new_outbound"}, "/lasts"),
        ({"action": "suspend_new_outbound", "lasts": "soon"}, "/lasts"),
        ({"action": "suspend_new_outbound", "lasts": "P0D"}, "/lasts"),
        ({"action": "fine"}, "/fine"),
        ({"action": "warning", "fine": "CNY 1"}, "/fine"),
    ],
)
def test_it_refuses_a_penalty_that_means_nothing(acme, given, pointer):
    row = answered(acme)
    with pytest.raises(InvalidInput) as refused:
        case_decisions.propose(
            case_id=row.pk, text="x", why_other="y", user=officer(), clock=OPENED + 2 * DAY, **given
        )
    assert refused.value.pointer == pointer


def test_it_needs_four_eyes_to_decide(acme):
    row = proposed(acme)
    at = Moment.of(OPENED + 4 * DAY)
    with pytest.raises(FourEyesNeeded):
        case_decisions.decide(case_id=row.pk, text="Yes.", user=officer(), moment=at)
    with pytest.raises(IntegrityError, match="case_four_eyes"), transaction.atomic():
        Case.objects.filter(pk=row.pk).update(decided_by=officer())
    case_decisions.decide(case_id=row.pk, text="Yes.", user=chief(), moment=at)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("decided", chief())


def test_it_returns_a_proposal(acme):
    row = proposed(acme)
    case_decisions.send_back(case_id=row.pk, text="Why?", user=chief(), clock=OPENED + 4 * DAY)
    with pytest.raises(CaseNotOpen):
        case_decisions.decide(case_id=row.pk, text="x", user=chief(), moment=Moment.of(OPENED + 4 * DAY))
    row.refresh_from_db()
    assert row.state == "returned"


def test_it_confirms_the_violations_it_rests_on(acme):
    row = decided(acme)
    (found,) = row.items.values_list("object_id", flat=True)
    assert Violation.objects.get(pk=found).status == "confirmed"
    assert row.steps.last().detail["confirmed"] == [found]


def test_it_dismisses_them_where_nothing_was_found(acme):
    row = decided(acme, action="none", lasts="")
    (found,) = row.items.values_list("object_id", flat=True)
    assert Violation.objects.get(pk=found).status == "dismissed"
    assert not row.licences


def test_a_suspension_is_seen_by_the_next_check_and_ends_by_itself(acme):
    agreed(acme, sectors=("insurance", "finance"))
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    row = decided(acme, at=at)
    ends = at + 90 * DAY
    assert row.ends_at == ends
    second = timedelta(seconds=1)
    assert [allowed(acme, when) for when in (at - second, at, ends - second, ends)] == [
        True,
        False,
        False,
        True,
    ]
    # The other sector's leave was not taken.
    assert Check.objects.get(pk=asked(acme, at, sector="finance")).allowed


def test_an_end_of_calls_has_no_end(acme):
    agreed(acme)
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    row = decided(acme, at=at, action="stop_new_outbound", lasts="")
    assert row.ends_at is None
    assert not allowed(acme, at + 300 * DAY - timedelta(hours=1))


def test_what_an_appeal_lifts_is_given_back_and_history_stays(acme):
    agreed(acme)
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    row = decided(acme, at=at)
    case_decisions.appeal(case_id=row.pk, company_id=acme.pk, text="Too much.", clock=at + DAY)
    row.refresh_from_db()
    assert (row.state, row.clock) == ("appealed", "review")
    assert row.steps.last().in_time is True
    lifted = at + 10 * DAY
    for user in (officer(), chief()):
        with pytest.raises(FourEyesNeeded):
            case_decisions.review(
                case_id=row.pk, outcome="annulled", text="x", user=user, moment=Moment.of(lifted)
            )
    case_decisions.review(
        case_id=row.pk, outcome="annulled", text="Our error.", user=chief("judge"), moment=Moment.of(lifted)
    )
    second = timedelta(seconds=1)
    assert [allowed(acme, when) for when in (lifted - second, lifted, at + 89 * DAY, at + 91 * DAY)] == [
        False,
        True,
        True,
        True,
    ]
    # What was known before the appeal is known still: suspended until July.
    before = Moment(lifted + DAY, lifted - second)
    assert not Licence.objects.as_of(before).filter(company=acme, sector="insurance").exists()
    assert Violation.objects.get(pk=row.items.get().object_id).status == "dismissed"


def test_another_suspension_outlives_the_one_that_is_lifted(acme):
    agreed(acme)
    first, second = found_against(acme, 2)
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    row = decided(acme, at=at, ids=[first])
    other = decided(acme, at=at + 5 * DAY, ids=[second])
    assert not allowed(acme, at + 92 * DAY)
    case_decisions.appeal(case_id=row.pk, text="Too much.", user=officer(), clock=at + 6 * DAY)
    case_decisions.review(
        case_id=row.pk,
        outcome="penalty_lifted",
        text="x",
        user=chief("judge"),
        moment=Moment.of(at + 10 * DAY),
    )
    assert [allowed(acme, at + n * DAY) for n in (10, 94, 95)] == [False, False, True]
    case_decisions.appeal(case_id=other.pk, text="Too much.", user=officer(), clock=at + 11 * DAY)
    case_decisions.review(
        case_id=other.pk,
        outcome="penalty_lifted",
        text="x",
        user=chief("judge"),
        moment=Moment.of(at + 12 * DAY),
    )
    assert [allowed(acme, at + n * DAY) for n in (11, 12, 60, 94)] == [False, True, True, True]


def test_it_closes_once_no_appeal_can_come(acme):
    row = decided(acme)
    given = {"case_id": row.pk, "text": "Done.", "user": officer()}
    with pytest.raises(CaseTooEarly):
        cases.close(**given, clock=row.appeal_by - timedelta(seconds=1))
    assert cases.close(**given, clock=row.appeal_by).state == "closed"


def test_it_keeps_its_steps_letters_and_items_for_good(acme):
    row = decided(acme)
    for model in (CaseStep, CaseLetter):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(case=row).update(case=row)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(case=row).delete()
    with pytest.raises(IntegrityError, match="keeps what it is about"), transaction.atomic():
        Case.objects.filter(pk=row.pk).update(title="Another")
    with pytest.raises(IntegrityError, match="keeps what was gathered"), transaction.atomic():
        CaseItem.objects.filter(case=row).update(object_id=99)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            (
                "Decision",
                "Acme Insurance",
                "may not make sales calls in the sector insurance",
                "without asking the register",
            ),
        ),
        ("zh-hans", ("处理决定书", "Acme Insurance", "你单位不得在保险行业", "拨打前未向登记平台核查")),
    ],
)
def test_its_letters_read_back(acme, language, says):
    row = decided(acme)
    letter = row.letters.get(kind="decision", language=language)
    assert sha256(bytes(letter.pdf)).hexdigest() == letter.sha256
    assert case_letters.again(letter) == bytes(letter.pdf)
    read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(letter.pdf)).pages)
    # The reader leaves the upper half of each letter's code in, and a line may break within a sentence.
    plain = " ".join(read.replace("\x00", "").split())
    for said in says:
        assert said.replace(" ", "") in plain.replace(" ", "")


def test_it_writes_the_letters_of_each_step(acme):
    row = opened(acme)
    cases.notify(case_id=row.pk, text="You & I: <calls>.", user=officer(), clock=OPENED)
    cases.invite(
        case_id=row.pk, hearing_at=OPENED + 9 * DAY, where="Room 4", user=officer(), clock=OPENED + DAY
    )
    made = row.letters.values_list("kind", "language")
    assert set(made) == {
        (kind, language) for kind in ("notice", "request", "invitation") for language in ("en", "zh-hans")
    }
    for letter in row.letters.all():
        _, paragraphs = case_letters.text(letter.kind, letter.language, letter.made_from)
        assert all(paragraphs)
    _, paragraphs = case_letters.text("notice", "en", row.letters.first().made_from)
    assert "You & I: <calls>." in paragraphs
    assert ANA not in row.letters.first().made_from.values()


@pytest.mark.parametrize("act", ["license", "reinstate"])
def test_one_person_does_not_give_back_what_a_decision_took(acme, act):
    agreed(acme)
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    decided(acme, at=at)
    soon = Moment.of(at + 5 * DAY)
    acts = {
        "license": lambda moment: companies.license(
            company=acme, sectors=["insurance"], moment=moment, ends=moment.at + DAY
        ),
        "reinstate": lambda moment: suspensions.reinstate(company=acme, moment=moment),
    }
    before = CompanyChange.objects.count()
    with pytest.raises(LicenceBarred):
        acts[act](soon)
    assert CompanyChange.objects.count() == before
    assert not allowed(acme, at + 5 * DAY)
    # For another sector, and for after the suspension, it is theirs to give.
    assert companies.license(company=acme, sectors=["travel"], moment=soon)


def test_what_was_suspended_by_hand_since_is_not_given_back_by_the_appeal(acme):
    agreed(acme)
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    row = decided(acme, at=at)
    by_hand = Moment.of(at + 5 * DAY)
    assert suspensions.suspend(
        company=acme, moment=by_hand, sectors=["insurance"], note="Fraud", user=officer()
    )
    case_decisions.appeal(case_id=row.pk, text="Too much.", user=officer(), clock=at + 6 * DAY)
    lifted = Moment.of(at + 10 * DAY)
    case_decisions.review(case_id=row.pk, outcome="annulled", text="x", user=chief("judge"), moment=lifted)
    assert [allowed(acme, at + n * DAY) for n in (10, 60, 95)] == [False, False, False]
    # Whoever suspended it by hand may give it back, now that no decision stands.
    again = Moment.of(at + 100 * DAY)
    assert [licence.sector for licence in suspensions.reinstate(company=acme, moment=again)] == ["insurance"]
    assert allowed(acme, again.at)


def test_decisions_and_appeals_are_in_the_companys_history(acme):
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    row = decided(acme, at=at)
    case_decisions.appeal(case_id=row.pk, text="Too much.", user=officer(), clock=at + 6 * DAY)
    case_decisions.review(
        case_id=row.pk, outcome="annulled", text="x", user=chief("judge"), moment=Moment.of(at + 10 * DAY)
    )
    told = CompanyChange.objects.filter(company=acme, change__in=["suspended", "reinstated"]).order_by("id")
    assert list(told.values_list("change", "user", "what", "why")) == [
        ("suspended", chief().pk, "insurance", f"Decision in cse_{row.pk}"),
        ("reinstated", chief("judge").pk, "insurance", f"Appeal in cse_{row.pk}"),
    ]


def test_a_suspension_without_an_end_outlives_a_shorter_one_that_ends(acme):
    agreed(acme)
    first, second = found_against(acme, 2)
    at = datetime(2026, 4, 1, 3, tzinfo=UTC)
    decided(acme, at=at, ids=[first])
    other = decided(acme, at=at + 5 * DAY, ids=[second], action="stop_new_outbound", lasts="")
    assert not other.ends_at
    assert [allowed(acme, at + n * DAY) for n in (6, 91, 200)] == [False, False, False]
