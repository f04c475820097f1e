"""The evidence bundle of a case: what is in it, that it verifies, is made again the same, and who may fetch it."""

import io
import json
from hashlib import sha256
from zipfile import ZipFile

import pytest
from django.test import Client
from joserfc import jws
from joserfc.jwk import KeySet

from compliance import case_bundle, cases
from compliance.models import Violation
from registry import ids
from registry.models import AccessRecord
from tests.compliance.calls_made import agreed, asked, audited, called, refused
from tests.compliance.cases_made import OPENED, officer, opened
from tests.conftest import ACME_CALLER, ANA
from tests.desk.house import desk

pytestmark = pytest.mark.django_db
REASON = "Hearing before the review board"


@pytest.fixture
def clock():
    """The tests' present here: the day on which the case is opened."""
    return OPENED


@pytest.fixture
def case(acme, now):
    """A case on a call that was made although the check before it was denied."""
    agreed(acme, "2026-02-01 09:00")
    refused(None, "2026-03-01 09:00")
    check = asked(acme, "10:00")
    called(acme, "10:01", check_id=check, caller=ACME_CALLER)
    audited(acme)
    return opened(acme, ids=list(Violation.objects.values_list("pk", flat=True)))


def fetched(client: Client, case, reason: str = REASON):
    return client.post(f"/desk/cases/{case.pk}/bundle/", {"reason": reason})


def unpacked(answer) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_it_holds_all_that_the_case_rests_on(case):
    cases.notify(case_id=case.pk, text="You called.", user=officer(), clock=OPENED)
    files = unpacked(fetched(desk("case_officer"), case))
    violation = Violation.objects.first()
    call, check = ids.public("cal", violation.call), ids.public("chk", violation.check_id)
    told = json.loads(files[f"violations/vio_{violation.pk}.json"])
    assert told["number"] == f"+{ANA}"
    assert told["evidence"] == violation.evidence
    known = json.loads(files[f"calls/{call}.json"])
    assert known["known_then"]["verdict"] == "deny"
    assert {"consent", "opt_out"} <= {record["kind"] for record in known["records"]}
    assert json.loads(files[f"checks/{check}.json"])["answer"]["verdict"] == "deny"
    letters = {bytes(letter.pdf) for letter in case.letters.all()}
    assert letters == {content for name, content in files.items() if name.startswith("letters/")}
    assert {case.policy.digest, violation.evidence["policy"]["digest"]} <= {
        name.removeprefix("policies/").partition(".")[0] for name in files if name.startswith("policies/")
    }
    assert violation.evidence["rule"] in json.loads(files["rules.json"])["named"]
    readme = files["README.txt"].decode()
    assert "How to verify it" in readme
    assert "如何核验" in readme


def test_it_verifies_without_the_register(case):
    files = unpacked(fetched(desk("case_officer"), case))
    manifest = json.loads(files["manifest.json"])
    assert manifest["as_of"] == OPENED.isoformat()
    assert {file["name"]: file["sha256"] for file in manifest["files"]} == {
        name: sha256(content).hexdigest()
        for name, content in files.items()
        if name not in ("manifest.json", "SHA256SUMS")
    }
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: sha256(files[name]).hexdigest() for name in files if name != "SHA256SUMS"}
    keys = KeySet.import_key_set(json.loads(files["jwks.json"]))
    receipts = [content for name, content in files.items() if name.endswith(".jws")]
    assert receipts
    for receipt in receipts:
        claims = json.loads(jws.deserialize_compact(receipt, keys, algorithms=["Ed25519"]).payload)
        assert claims["verdict"] == "deny"
    for name, content in files.items():
        if name.startswith("policies/") and not name.endswith(".sources.json"):
            assert f"policies/{sha256(content).hexdigest()}.json" == name


def test_it_is_made_again_the_same(case):
    first, _ = case_bundle.make(case, clock=OPENED)
    again, _ = case_bundle.make(case, clock=OPENED)
    with first, again:
        assert first.read() == again.read()


def test_it_puts_on_record_whose_numbers_were_given_out(case):
    files = unpacked(fetched(desk("case_officer"), case))
    rows = AccessRecord.objects.filter(reason=REASON)
    seen = set(rows.values_list("kind", "object_id"))
    assert ("case", f"cse_{case.pk}") in seen
    for violation in Violation.objects.all():
        assert ("violation", f"vio_{violation.pk}") in seen
        assert ("call", f"cal_{violation.call}") in seen
    assert {kind for kind, _ in seen} >= {"check", "consent", "opt-out"}
    assert {row.user.username for row in rows} == {"case_officer@regulator.example"}
    assert len([name for name in files if name.startswith("violations/")]) == Violation.objects.count()


def test_it_keeps_secrets_of_persons_out(case):
    files = unpacked(fetched(desk("case_officer"), case))
    assert not any(b'"tracking"' in content or b'"network"' in content for content in files.values())


@pytest.mark.parametrize("reason", ["", "short"])
def test_it_gives_nothing_without_a_reason(case, reason):
    answer = fetched(desk("case_officer"), case, reason)
    assert answer.status_code == 400
    assert str(ANA) not in answer.content.decode()
    assert not AccessRecord.objects.exists()


def test_it_is_for_who_handles_cases(case):
    assert desk("case_officer").get(f"/desk/cases/{case.pk}/bundle/").status_code == 200
    for role in ("observer", "analyst"):
        assert desk(role).get(f"/desk/cases/{case.pk}/bundle/").status_code == 403
        assert fetched(desk(role), case).status_code == 403
    assert fetched(Client(), case).status_code == 302
    assert desk("case_officer").put(f"/desk/cases/{case.pk}/bundle/").status_code == 405
    assert desk("case_officer").get("/desk/cases/999999/bundle/").status_code == 404
    assert not AccessRecord.objects.exists()


def test_the_page_of_the_case_leads_there(case):
    link = f"/desk/cases/{case.pk}/bundle/"
    assert link in desk("case_officer").get(f"/desk/cases/{case.pk}/").content.decode()
    assert link not in desk("observer").get(f"/desk/cases/{case.pk}/").content.decode()
