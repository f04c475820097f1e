"""POST /checks, GET /checks and GET /checks/{id}: one question, its answer, and what stays on record."""

from datetime import UTC, datetime, timedelta

import pytest

from registry import companies, consents, ids, opt_outs, receipts, relationships, suspensions
from registry.api import checks
from registry.errors import Undecidable
from registry.models import Check, Company
from registry.periods import Moment
from tests.registry.api import problem


def test_it_allows_what_the_person_agreed_to(api, question, agreed, clock):
    response = api.post("/checks", question)

    body = response.json()
    assert response.status_code == 200
    assert body["verdict"] == "allow"
    assert [reason["code"] for reason in body["reasons"]] == ["consent_on_record"]
    assert all(reason["detail"] and reason["citation"] for reason in body["reasons"])
    assert body["basis"] == {"kind": "consent", "id": f"con_{agreed}", "expires_at": "2028-02-08T02:00:00Z"}
    assert body["number"] == "+8613800138000"
    assert body["caller"] == "+861065551234"
    assert body["checked_at"] == "2026-03-10T02:00:00Z"
    assert body["next_allowed_at"] is None
    assert body["reference"] == "lead-1"
    assert body["livemode"] is True
    assert {"source": "opt_outs", "status": "checked"} in body["coverage"]
    row = Check.objects.get()
    assert body["id"] == f"chk_{row.pk}"
    assert (row.allowed, row.number, row.consent, row.checked_at) == (True, 8613800138000, agreed, clock)
    assert datetime.fromisoformat(body["valid_until"]) == row.valid_until


def test_it_denies_with_every_reason_and_the_month_of_the_refusal(api, question, agreed, acme, ana, clock):
    said = Moment.of(clock - timedelta(days=3))
    opt_outs.register(number=ana, scope="company", company=acme, source="sms", moment=said)
    opt_outs.register(number=ana, scope="all", source="sms", moment=said)

    body = api.post("/checks", question).json()

    assert body["verdict"] == "deny"
    assert [reason["code"] for reason in body["reasons"]] == ["opted_out_of_company", "opted_out_of_all"]
    assert [reason["since"] for reason in body["reasons"]] == ["2026-03", None]
    assert body["basis"] is None
    assert body["valid_until"] is None
    assert not Check.objects.get().allowed


def test_it_says_when_the_call_is_allowed_again(api, question, agreed, now):
    now.move_to(datetime(2026, 3, 10, 14, 30, tzinfo=UTC))  # half past ten at night in China

    body = api.post("/checks", question).json()

    assert [reason["code"] for reason in body["reasons"]] == ["outside_calling_hours"]
    assert datetime.fromisoformat(body["next_allowed_at"]) > datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


def test_it_names_a_relationship_as_the_basis(api, question, acme, ana, moment):
    row, _ = relationships.record(
        company=acme,
        number=ana,
        kind="purchase",
        last_at=moment.at - timedelta(days=10),
        reference="order-1",
        sector="finance",
        moment=moment,
    )

    body = api.post("/checks", {**question, "sector": "finance"}).json()

    assert [reason["code"] for reason in body["reasons"]] == ["relationship_on_record"]
    assert body["basis"]["id"] == f"rel_{row.record_id}"


def test_it_signs_the_answer(api, question, agreed, nobody):
    body = api.post("/checks", question).json()

    claims = nobody.post("/receipts/verify", {"receipt": body["receipt"]}).json()["claims"]

    assert claims["jti"] == body["id"]
    assert claims["number"] == "+8613800138000"
    assert claims["verdict"] == "allow"
    assert claims["reasons"] == ["consent_on_record"]
    assert claims["policy"] == body["policy"]["digest"]
    assert claims["exp"] == int(datetime.fromisoformat(body["valid_until"]).timestamp())
    assert claims["livemode"] is True


@pytest.mark.parametrize(
    ("number", "extra"),
    [
        ("+86 138-0013-8000", {}),
        ("8613800138000", {}),
        ("13800138000", {"region": "CN"}),
        ("013800138000", {"region": "CN"}),
        ("tel:+8613800138000", {}),
    ],
)
def test_it_reads_numbers_as_they_are_written(api, question, number, extra):
    body = api.post("/checks", {**question, "number": number} | extra).json()

    assert body["number"] == "+8613800138000"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"number": "013800138000"}, "/number", "number_not_e164"),
        ({"number": "+8613"}, "/number", "number_not_possible"),
        ({"number": "abc"}, "/number", "number_malformed"),
        ({"number": ""}, "/number", "number_missing"),
        ({"number": "+8613800138000\0"}, "/number", "number_malformed"),
        ({"number": 8613800138000}, "/number", "wrong_type"),
        ({"number": None}, "/number", "wrong_type"),
        ({"caller": "abc"}, "/caller", "number_malformed"),
        ({"region": "XX"}, "/region", "number_region_unknown"),
        ({"region": "china"}, "/region", "pattern"),
        ({"sector": "casino"}, "/sector", "not_in_list"),
        ({"channel": "fax"}, "/channel", "not_in_list"),
        ({"purpose": "fun"}, "/purpose", "not_in_list"),
        ({"seller": "com_999999999"}, "/seller", "company_unknown"),
        ({"seller": "acme"}, "/seller", "pattern"),
        ({"reference": "x" * 101}, "/reference", "length"),
        ({"reference": "a\0b"}, "/reference", "pattern"),
        ({"campaign": ["x"]}, "/campaign", "wrong_type"),
        ({"numbre": "+8613800138000"}, "/numbre", "unknown_field"),
    ],
)
def test_it_points_at_the_field_at_fault(api, question, change, pointer, code):
    response = api.post("/checks", question | change)

    kind = "number_not_accepted" if code.startswith("number_") else "invalid_input"
    body = problem(response, 422, kind, pointer)
    assert body["errors"][0]["code"] == code
    assert "13800138000" not in str(body)
    assert not Check.objects.exists()


def test_it_points_at_every_field_at_fault(api):
    response = api.post("/checks", {"caller": 1, "channel": "fax", "x/y": True})

    body = problem(response, 422, "invalid_input", "/number", "/caller", "/channel", "/x~1y")
    assert {fault["pointer"]: fault["code"] for fault in body["errors"]}["/number"] == "missing"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"number": NaN}',
        b'{"number": "\xff"}',
        b'{"number": "\\ud800"}',
        b'\xef\xbb\xbf{"number": "+8613800138000"}',
        b'{"number": "+8613800138000", "number": "+8613900139000"}',
        b'{"number": "+8613800138000", "caller": "+861065551234", "sector": "insurance", "sector": "finance"}',
        b"[" * 100_000,
    ],
)
def test_it_refuses_what_is_no_json(api, body):
    problem(api.post("/checks", body), 400, "malformed_request")
    assert not Check.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null"])
def test_it_refuses_json_that_is_no_object(api, body):
    problem(api.post("/checks", body), 422, "invalid_input", "")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "multipart/form-data", "application/json; charset=gbk"]
)
def test_it_reads_json_only(api, content_type):
    response = api.client.post(
        "/api/v1/checks", b"{}", content_type=content_type, headers={"Authorization": f"Bearer {api.key}"}
    )

    problem(response, 415, "media_type_not_supported")


def test_it_refuses_a_body_that_is_too_large(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    problem(api.post("/checks", {"number": "1" * 200}), 413, "body_too_large")


def test_it_supposes_the_only_sector_a_company_is_licensed_for(api, acme, question, moment):
    problem(api.post("/checks", question | {"sector": None}), 422, "invalid_input", "/sector")
    suspensions.suspend(company=acme, sectors=["finance"], moment=moment)

    body = api.post("/checks", question | {"sector": None}).json()

    assert body["sector"] == "insurance"


def test_it_asks_for_another_seller(api, acme, ana, question, moment):
    seller = companies.enter(name="Seller", moment=moment)
    companies.license(company=seller, sectors=["insurance"], moment=moment)
    opt_outs.register(number=ana, scope="company", company=seller, source="sms", moment=moment)

    body = api.post("/checks", question | {"seller": ids.public("com", seller.pk)}).json()

    assert body["seller"] == f"com_{seller.pk}"
    assert body["reasons"][0]["code"] == "opted_out_of_company"
    assert Check.objects.get().seller_id == seller.pk


def test_it_says_whether_reassignments_are_known(api, ana, question, moment):
    from registry import reassignments
    from registry.api.check_answers import sources

    assert {"source": "reassigned", "status": "not_configured"} in api.post("/checks", question).json()[
        "coverage"
    ]
    reassignments.record(number=ana + 1, changed_at=moment.at, source="carrier", moment=moment)
    sources.forget()
    assert {"source": "reassigned", "status": "checked"} in api.post("/checks", question).json()["coverage"]


def test_it_binds_an_opt_out_from_its_answer_on(api, question, agreed):
    assert api.post("/checks", question).json()["verdict"] == "allow"
    relayed = {
        "number": question["number"],
        "scope": "company",
        "said_at": "2026-03-10T10:00:00+08:00",
        "source": "call",
    }

    assert api.post("/opt-outs", relayed).status_code == 201

    assert api.post("/checks", question).json()["verdict"] == "deny"


def test_it_does_not_answer_what_it_cannot_decide(api, question, monkeypatch):
    monkeypatch.setattr(checks, "check", lambda *_, **__: [Undecidable()])

    response = api.post("/checks", question)

    problem(response, 503, "undecidable")
    assert response.headers["Retry-After"]


def test_it_reads_the_same_answer_again(api, question, agreed, now):
    asked = api.post("/checks", question).json()
    now.shift(timedelta(days=2))

    again = api.get(f"/checks/{asked['id']}")

    assert again.status_code == 200
    assert again.json() == asked


def test_it_reads_the_same_denial_again(api, question, agreed, now):
    now.move_to(datetime(2026, 3, 10, 14, 30, tzinfo=UTC))
    asked = api.post("/checks", question).json()
    assert asked["next_allowed_at"]

    assert api.get(f"/checks/{asked['id']}").json() == asked


@pytest.mark.parametrize(
    "wrong", ["chk_999999999", "chk_x", "opt_1", "1", "chk_99999999999999999999999", "chk_١", "%00"]
)
def test_it_finds_no_other_check(api, wrong):
    response = api.get(f"/checks/{wrong}")

    if wrong == "%00":
        problem(response, 400, "malformed_request")
    else:
        problem(response, 404, "not_found")


def test_it_hides_the_checks_of_others(api, other_api, question):
    asked = api.post("/checks", question).json()

    problem(other_api.get(f"/checks/{asked['id']}"), 404, "not_found")
    assert other_api.get("/checks").json()["items"] == []


def test_it_lists_a_page_at_a_time_the_newest_first(api, question, now):
    made = []
    for _ in range(5):
        made.append(api.post("/checks", question).json()["id"])
        now.shift(timedelta(seconds=1))
    made.append(api.post("/checks", question).json()["id"])

    seen, token, pages = [], None, 0
    while True:
        page = api.get("/checks", {"page_size": 4} | ({"page_token": token} if token else {})).json()
        seen += [item["id"] for item in page["items"]]
        token, pages = page["next_page_token"], pages + 1
        if token is None:
            break

    assert (seen, pages) == (made[::-1], 2)


def test_it_masks_numbers_in_lists_unless_the_key_may_see_them(api, reader, question):
    api.post("/checks", question)

    def shown(client, **query):
        (item,) = client.get("/checks", query).json()["items"]
        assert "receipt" not in item
        return item["number"]

    assert shown(api) == "+86138****8000"
    assert shown(api, unmask="true") == "+86138****8000"
    assert shown(reader) == "+86138****8000"
    assert shown(reader, unmask="true") == "+8613800138000"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"page_size": "0"}, "/page_size"),
        ({"page_size": "1001"}, "/page_size"),
        ({"page_size": "ten"}, "/page_size"),
        ({"page_size": "٣"}, "/page_size"),
        ({"page_token": "x"}, "/page_token"),
        ({"page_token": "WzFd"}, "/page_token"),
        ({"unmask": "perhaps"}, "/unmask"),
    ],
)
def test_it_points_at_a_wrong_query(api, query, pointer):
    problem(api.get("/checks", query), 422, "invalid_input", pointer)


def test_it_wants_the_scope(acme, key_of, question):
    from tests.registry.api import Api

    problem(Api(key_of(acme, "consent", "optout", "read")).post("/checks", question), 403, "scope_missing")
    problem(Api(key_of(acme, "consent")).get("/checks"), 403, "scope_missing")
    problem(Api(key_of(acme, "consent")).get("/checks/chk_1"), 403, "scope_missing")
    assert not Check.objects.exists()


def test_it_wants_a_key(nobody, question):
    for response in (nobody.post("/checks", question), nobody.get("/checks"), nobody.get("/checks/chk_1")):
        problem(response, 401, "not_authenticated")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_it_knows_no_other_method(api, method):
    response = api.request(method, "/checks")

    problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_it_answers_json_only(api, question):
    problem(api.post("/checks", question, Accept="text/html"), 406, "not_acceptable")
    assert api.post("/checks", question, Accept="text/html, */*;q=0.1").status_code == 200


def test_it_denies_a_suspended_company(other_api, question):
    body = other_api.post("/checks", question).json()

    assert body["reasons"][0]["code"] == "company_not_licensed"
    assert Check.objects.get().company_id == Company.objects.get(name="Bolt Homes").pk


def test_it_counts_attempts(api, question, agreed, now):
    verdicts = []
    for _ in range(4):
        now.shift(timedelta(minutes=1))
        verdicts.append(api.post("/checks", question).json()["verdict"])

    assert verdicts == ["allow", "allow", "allow", "deny"]


def test_it_keeps_the_consent_that_was_in_effect(api, question, agreed, now):
    asked = api.post("/checks", question).json()
    now.shift(timedelta(minutes=1))
    consents.revoke(record_id=agreed, moment=Moment.of(datetime(2026, 3, 10, 2, 1, tzinfo=UTC)))

    assert api.get(f"/checks/{asked['id']}").json()["basis"]["id"] == f"con_{agreed}"
    assert receipts.verify(asked["receipt"])
