"""Opt-outs: relay a person's "no", see it, take it back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from registry import ids, opt_outs
from registry.codes import OPT_OUT_SOURCES
from registry.models import OptOut
from registry.periods import Moment
from tests.registry.api import Api, problem

ANA = "+8613800138000"
SAID = {"number": ANA, "scope": "company", "said_at": "2026-03-10T09:00:00+08:00", "source": "call"}


def test_it_puts_a_refusal_of_the_company_on_record(api, acme):
    response = api.post("/opt-outs", SAID)

    row = OptOut.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": f"opt_{row.record_id}",
        "number": ANA,
        "scope": "company",
        "sector": None,
        "company": f"com_{acme.pk}",
        "channels": ["live", "autodialed", "prerecorded", "sms"],
        "days": None,
        "hours": None,
        "said_at": "2026-03-10T01:00:00Z",
        "source": "call",
        "recorded_at": "2026-03-10T02:00:00Z",
        "withdrawn_at": None,
        "livemode": True,
    }
    assert (row.number, row.company_id, row.reporter_id) == (8613800138000, acme.pk, acme.pk)
    assert row.valid.lower == datetime(2026, 3, 10, 1, tzinfo=UTC)


def test_it_answers_one_that_stands_with_itself(api, now):
    first = api.post("/opt-outs", SAID)
    now.shift(timedelta(hours=1))

    again = api.post("/opt-outs", SAID | {"source": "sms"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert OptOut.objects.count() == 1


def test_it_puts_one_that_was_said_again_on_record_again(api, now):
    first = api.post("/opt-outs", SAID).json()
    now.shift(timedelta(hours=1))

    again = api.post("/opt-outs", SAID | {"said_at": "2026-03-10T10:30:00+08:00"})

    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
    assert api.get(f"/opt-outs/{first['id']}").json()["withdrawn_at"] == "2026-03-10T02:30:00Z"


def test_it_keeps_the_number_out_of_the_database_s_log(api):
    """The database refuses the second, and logs that; its DETAIL would quote the key, and so the person's number."""
    log = settings.DATA_DIR / "logs" / "postgres.log"
    if not log.exists():
        pytest.skip("another server's log")
    begin = log.stat().st_size
    for _ in range(2):
        api.post("/opt-outs", SAID | {"number": "+8613800138777"})

    with log.open("rb") as file:
        file.seek(begin)
        said = file.read()
    assert b"opt_out_one_at_a_time" in said
    assert b"8613800138777" not in said


def test_it_keeps_a_wish_about_hours(api):
    body = api.post(
        "/opt-outs",
        SAID
        | {
            "channels": ["sms", "live", "sms"],
            "days": ["sun", "sat"],
            "hours": {"from": "18:00", "to": "24:00"},
        },
    ).json()

    row = OptOut.objects.get()
    assert body["hours"] == {"from": "18:00", "to": "24:00"}
    assert body["days"] == ["sat", "sun"]
    assert body["channels"] == ["live", "sms"]
    assert (row.from_minute, row.to_minute) == (1080, 1440)


def test_it_dates_a_no_from_a_clock_that_runs_ahead_now(api):
    body = api.post("/opt-outs", SAID | {"said_at": "2026-03-10T02:04:00Z"}).json()

    assert body["said_at"] == "2026-03-10T02:00:00Z"


def test_it_lets_a_company_refuse_calls_of_itself_only(api, bolt):
    problem(api.post("/opt-outs", SAID | {"scope": "all"}), 403, "opt_out_not_yours", "/scope")
    problem(
        api.post("/opt-outs", SAID | {"scope": "sector", "sector": "finance"}),
        403,
        "opt_out_not_yours",
        "/scope",
    )
    other = SAID | {"company": ids.public("com", bolt.pk)}
    problem(api.post("/opt-outs", other), 403, "opt_out_not_yours", "/company")
    assert not OptOut.objects.exists()


@pytest.mark.parametrize("said_at", ["2026-03-10T08:00:00+08:00", "2026-03-10T09:00:00+08:00"])
def test_it_gives_what_the_company_relayed_over_to_who_heard_it_too(api, carrier_api, acme, carrier, said_at):
    """Otherwise the company could take back alone what the person told others as well."""
    own = api.post("/opt-outs", SAID).json()
    heard = SAID | {"company": ids.public("com", acme.pk), "source": "carrier", "said_at": said_at}
    answered = carrier_api.post("/opt-outs", heard).json()
    assert (answered["id"], answered["said_at"]) == (own["id"], own["said_at"])
    assert OptOut.objects.current().get().reporter == carrier
    assert OptOut.objects.current().get().valid.upper is None
    problem(api.post(f"/opt-outs/{own['id']}/withdraw"), 404, "not_found")
    assert carrier_api.post(f"/opt-outs/{own['id']}/withdraw").status_code == 200


def test_it_gives_the_company_nothing_to_take_back_that_others_heard(api, carrier_api, acme, now):
    heard = SAID | {"company": ids.public("com", acme.pk), "source": "carrier"}
    carrier_api.post("/opt-outs", heard)
    now.shift(timedelta(hours=1))
    again = api.post("/opt-outs", SAID | {"said_at": "2026-03-10T10:30:00+08:00"})
    opt_outs.register_refusals(
        [opt_outs.Refusal(8613800138000, acme.pk, datetime(2026, 3, 10, 2, 45, tzinfo=UTC))],
        moment=Moment.of(datetime(2026, 3, 10, 3, tzinfo=UTC)),
        source=OPT_OUT_SOURCES.index("call"),
    )

    assert again.status_code == 201
    for row in OptOut.objects.current():
        problem(api.post(f"/opt-outs/opt_{row.record_id}/withdraw"), 404, "not_found")
    assert OptOut.objects.current().filter(valid__upper_inf=True).count() == 1


def test_it_takes_its_own_id_for_itself(api, acme):
    assert api.post("/opt-outs", SAID | {"company": ids.public("com", acme.pk)}).status_code == 201


def test_it_lets_a_carrier_relay_any(carrier_api, bolt, carrier):
    bodies = [
        SAID | {"scope": "all"},
        SAID | {"scope": "sector", "sector": "finance"},
        SAID | {"scope": "company", "company": ids.public("com", bolt.pk)},
    ]

    assert [carrier_api.post("/opt-outs", body).status_code for body in bodies] == [201, 201, 201]
    assert set(OptOut.objects.values_list("scope", "company_id", "reporter_id")) == {
        ("all", None, carrier.pk),
        ("sector", None, carrier.pk),
        ("company", bolt.pk, carrier.pk),
    }


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"number": "x"}, ["/number"]),
        ({"scope": "world"}, ["/scope"]),
        ({"source": "rumour"}, ["/source"]),
        ({"said_at": "yesterday"}, ["/said_at"]),
        ({"said_at": "2026-03-10T09:00:00"}, ["/said_at"]),
        ({"said_at": "0001-01-01T00:00:00+14:00"}, ["/said_at"]),
        ({"said_at": "9999-12-31T23:59:59-12:00"}, ["/said_at"]),
        ({"said_at": "2026-03-10T02:06:00Z"}, ["/said_at"]),
        ({"sector": "finance"}, ["/sector"]),
        ({"company": "acme"}, ["/company"]),
        ({"channels": []}, ["/channels"]),
        ({"channels": ["fax"]}, ["/channels/0"]),
        ({"days": []}, ["/days"]),
        ({"days": ["someday"]}, ["/days/0"]),
        ({"hours": {"from": "18:00"}}, ["/hours/to"]),
        ({"hours": {"from": "21:00", "to": "18:00"}}, ["/hours/to"]),
        ({"hours": {"from": "25:00", "to": "18:00"}}, ["/hours/from"]),
        ({"hours": {"from": "18:00", "to": "19:00", "x": 1}}, ["/hours/x"]),
        ({"number": "x", "sector": "finance"}, ["/number", "/sector"]),
    ],
)
def test_it_points_at_the_fields_at_fault(api, change, pointers):
    response = api.post("/opt-outs", SAID | change)

    code = "number_not_accepted" if pointers == ["/number"] else "invalid_input"
    problem(response, 422, code, *pointers)
    assert not OptOut.objects.exists()


@pytest.mark.parametrize("name", ["number", "scope", "said_at", "source"])
def test_it_points_at_what_is_missing(api, name):
    body = {key: value for key, value in SAID.items() if key != name}

    problem(api.post("/opt-outs", body), 422, "invalid_input", f"/{name}")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scope": "company"}, "/company"),
        ({"company": "com_999999999"}, "/company"),
        ({"scope": "sector"}, "/sector"),
    ],
)
def test_it_asks_a_carrier_whom_the_person_refused(carrier_api, change, pointer):
    problem(carrier_api.post("/opt-outs", SAID | change), 422, "invalid_input", pointer)


def test_it_lists_what_the_company_relayed(api, reader, other_api, now):
    first = api.post("/opt-outs", SAID).json()
    second = api.post("/opt-outs", SAID | {"number": "+8613900139000"}).json()
    other_api.post("/opt-outs", SAID)

    page = api.get("/opt-outs", {"page_size": 1}).json()
    rest = api.get("/opt-outs", {"page_size": 1, "page_token": page["next_page_token"]}).json()

    assert [item["id"] for item in page["items"] + rest["items"]] == [second["id"], first["id"]]
    assert rest["next_page_token"] is None
    assert page["items"][0]["number"] == "+86139****9000"
    assert reader.get("/opt-outs", {"unmask": "true"}).json()["items"][0]["number"] == "+8613900139000"


def test_it_shows_one(api):
    made = api.post("/opt-outs", SAID).json()

    assert api.get(f"/opt-outs/{made['id']}").json() == made


def test_it_withdraws_one_and_keeps_its_history(api, now, question):
    made = api.post("/opt-outs", SAID).json()
    now.shift(timedelta(hours=1))

    response = api.post(f"/opt-outs/{made['id']}/withdraw")

    assert response.status_code == 200
    assert response.json() == made | {
        "withdrawn_at": "2026-03-10T03:00:00Z",
        "recorded_at": "2026-03-10T03:00:00Z",
    }
    assert api.get(f"/opt-outs/{made['id']}").json() == response.json()
    assert OptOut.objects.count() == 2
    now.shift(timedelta(hours=1))
    assert api.post(f"/opt-outs/{made['id']}/withdraw").json() == response.json()
    assert OptOut.objects.count() == 2
    assert "opted_out_of_company" not in str(api.post("/checks", question).json()["reasons"])


def test_it_can_be_said_again_after_it_was_withdrawn(api, now):
    made = api.post("/opt-outs", SAID).json()
    now.shift(timedelta(hours=1))
    api.post(f"/opt-outs/{made['id']}/withdraw")
    now.shift(timedelta(hours=1))

    again = api.post("/opt-outs", SAID | {"said_at": "2026-03-10T12:00:00+08:00"})

    assert again.status_code == 201
    assert again.json()["id"] != made["id"]


def test_it_hides_those_of_others(api, other_api):
    made = api.post("/opt-outs", SAID).json()

    problem(other_api.get(f"/opt-outs/{made['id']}"), 404, "not_found")
    problem(other_api.post(f"/opt-outs/{made['id']}/withdraw"), 404, "not_found")
    problem(api.get("/opt-outs/opt_999999999"), 404, "not_found")
    problem(api.post("/opt-outs/opt_999999999/withdraw"), 404, "not_found")
    assert OptOut.objects.get().valid.upper is None


def test_it_wants_key_scope_and_method(acme, key_of, nobody, api):
    weak, reads = Api(key_of(acme, "check")), Api(key_of(acme, "read"))
    problem(nobody.post("/opt-outs", SAID), 401, "not_authenticated")
    problem(weak.post("/opt-outs", SAID), 403, "scope_missing")
    problem(weak.get("/opt-outs"), 403, "scope_missing")
    problem(weak.get("/opt-outs/opt_1"), 403, "scope_missing")
    problem(reads.post("/opt-outs", SAID), 403, "scope_missing")
    problem(reads.post("/opt-outs/opt_1/withdraw"), 403, "scope_missing")
    assert reads.get("/opt-outs").status_code == 200
    problem(api.request("DELETE", "/opt-outs"), 405, "method_not_allowed")
    problem(api.request("DELETE", "/opt-outs/opt_1"), 405, "method_not_allowed")
    problem(api.request("GET", "/opt-outs/opt_1/withdraw"), 405, "method_not_allowed")
    assert not OptOut.objects.exists()
