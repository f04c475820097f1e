"""The whole cycle over HTTP, against everything `up` starts; and an opt-out that binds from its answer on."""

import csv
import io
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from config.embedded import postgres
from config.embedded.processes import wait_until
from tests.acceptance.client import Client
from tests.acceptance.house import House

CALLER = "+861065551234"
HEADER = (
    "call_id,number,caller,started_at,answered_at,ended_at,duration_s,disposition,channel,sector,check_id,"
    "opt_out_requested"
)


@pytest.fixture(scope="module")
def house():
    built = House.build()
    built.up()
    yield built
    built.tear_down()


def command(house: House, *words: str) -> tuple[int, str]:
    """Exit code and output of a command, without its log events."""
    return house.run(*words, LOG_LEVEL="ERROR")


def add_company(house: House, name: str, *options: str) -> tuple[str, str]:
    """Public id and key of a new company."""
    code, said = command(house, "add_company", name, "--json", *options)
    assert code == 0, said
    made = json.loads(said)
    return made["id"], made["key"]


@pytest.fixture(scope="module")
def carrier(house):
    _, key = add_company(house, "Telco", "--kind", "carrier", "--scope", "optout")
    return key


def question(number: str, **more: str) -> dict[str, str]:
    return {"number": number, "caller": CALLER, "sector": "insurance", "channel": "live"} | more


def consent(number: str, reference: str) -> dict[str, object]:
    return {
        "number": number,
        "sectors": ["insurance"],
        "channels": ["live"],
        "given_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        "method": "web_form",
        "notice": "We may call you about insurance.",
        "evidence": [{"type": "screenshot", "sha256": "0" * 64}],
        "reference": reference,
    }


def call(
    call_id: str, number: str, started: datetime, *, caller: str = CALLER, check: str = "", no: bool = False
) -> str:
    """A row of a native call log: answered at once, ten seconds long."""
    end = started + timedelta(seconds=10)
    return ",".join(
        [
            call_id,
            number,
            caller,
            started.isoformat(),
            started.isoformat(),
            end.isoformat(),
            "10",
            "answered",
            "live",
            "insurance",
            check,
            "true" if no else "",
        ]
    )


def loaded(client: Client, answer: dict) -> dict:
    """The call log once its worker is done with it."""
    job: dict = {}

    def done() -> bool:
        job.update(client.get(f"/api/v1/call-logs/{answer['id']}"))
        return job["state"] not in ("queued", "running")

    assert wait_until(done, seconds=150), job
    return job


def found(client: Client) -> set[tuple[str, str]]:
    """(call id, code) of every violation of the key's company."""
    rows: set[tuple[str, str]] = set()
    token = ""
    while True:
        page = client.get(f"/api/v1/violations?page_size=1000{token}")
        rows |= {(row["call"]["call_id"], row["code"]) for row in page["items"]}
        if not page.get("next_page_token"):
            return rows
        token = f"&page_token={page['next_page_token']}"


def test_it_goes_from_opt_out_to_report(house, carrier):
    company, key = add_company(house, "Acme", "--sector", "insurance", "--caller", CALLER)
    with closing(Client(house.port, key)) as acme, closing(Client(house.port, carrier)) as telco:
        play_the_cycle(house, company, acme, telco)


def play_the_cycle(house: House, company: str, acme: Client, telco: Client) -> None:
    """Opt-out, consent, checks, calls, audit, violations, answer, report."""
    # Nothing on record, then a consent, then the person says no to all calls.
    ana, ben = "+8613800138000", "+8613800138001"
    status, answer = acme.post("/api/v1/checks", question(ana))
    assert status == 200
    assert (answer["verdict"], answer["reasons"][0]["code"]) == ("deny", "consent_missing")
    for n, number in enumerate((ana, ben)):
        status, made = acme.post("/api/v1/consents", consent(number, f"form-{n}"))
        assert status == 201, made
    codes = {r["code"] for r in acme.post("/api/v1/checks", question(ana))[1]["reasons"]}
    assert codes <= {"consent_on_record", "outside_calling_hours"}
    status, made = telco.post(
        "/api/v1/opt-outs",
        {"number": ana, "scope": "all", "said_at": datetime.now(UTC).isoformat(), "source": "carrier"},
    )
    assert status == 201, made
    denied = acme.post("/api/v1/checks", question(ana))[1]
    assert (denied["verdict"], denied["reasons"][0]["code"]) == ("deny", "opted_out_of_all")
    with closing(Client(house.port)) as anybody:
        assert anybody.post("/api/v1/receipts/verify", {"receipt": denied["receipt"]})[0] == 200

    # Called anyway, from another number, and told not to call again.
    at = datetime.now(UTC)
    rows = [
        HEADER,
        call("c1", ana, at, check=denied["id"]),
        call("c2", "+8613800138099", at),
        # Well before the check below, which would count as its own within the seconds that clocks may differ.
        call("c3", ben, at - timedelta(minutes=1), caller="+861099998888", no=True),
    ]
    status, job = acme.upload("/api/v1/call-logs", "\n".join(rows).encode(), format="native")
    assert status == 202, job
    job = loaded(acme, job)
    assert job["state"] == "completed", job
    assert job["counts"]["accepted"] == 3
    # What was said in the call binds the next check.
    ben_now = acme.post("/api/v1/checks", question(ben))[1]
    assert ben_now["reasons"][0]["code"] == "opted_out_of_company"

    day = at.date().isoformat()
    code, said = command(
        house, "run_audit", "--company", company, "--from", day, "--to", day, "--wait", "--json"
    )
    assert code == 0, said
    assert json.loads(said)["calls"] == 3
    violations = found(acme)
    assert {("c1", "opted_out_of_all"), ("c1", "called_after_deny"), ("c2", "no_check"), ("c2", "consent_missing"),
            ("c3", "no_check"), ("c3", "caller_not_registered")} <= violations  # fmt: skip

    first = acme.get("/api/v1/violations?code=called_after_deny")["items"][0]
    status, made = acme.post(
        f"/api/v1/violations/{first['id']}/responses", {"text": "Our dialer was misconfigured."}
    )
    assert status == 201, made
    assert acme.get(f"/api/v1/violations/{first['id']}")["status"] == "answered"

    code, said = command(house, "export_report", "violations", "--from", day, "--to", day, "--format", "csv")
    assert code == 0, said
    exported = list(csv.DictReader(io.StringIO(said)))
    assert len(exported) == len(violations)
    assert "13800138000" not in said  # masked


def test_it_finds_the_same_when_the_worker_is_killed(house):
    """Twenty company-days, audited by the worker that dies in the middle, against the same calls undisturbed."""
    days = [datetime(2026, 1, day, 3, tzinfo=UTC) for day in range(5, 25)]
    undisturbed, _ = add_company(house, "Calm", "--sector", "insurance", "--caller", "+861065550001")
    disturbed, key = add_company(house, "Storm", "--sector", "insurance", "--caller", "+861065550002")
    log = "\n".join(
        [HEADER]
        + [
            call(f"{day:%d}-{n}", f"+86138{n:08d}", day + timedelta(seconds=n), caller="+861065550001")
            for day in days
            for n in range(300)
        ]
    )
    path = house.data / "storm.csv"
    path.write_text(log)
    for company in (undisturbed, disturbed):
        code, said = command(
            house, "import_calls", str(path), "--company", company, "--format", "native", "--json"
        )
        assert code == 0, said
        assert json.loads(said) == {"accepted": 6000, "duplicates": 0, "rejected": 0}
        code, said = command(
            house, "import_calls", str(path), "--company", company, "--format", "native", "--json"
        )
        assert json.loads(said) == {"accepted": 0, "duplicates": 6000, "rejected": 0}

    span = ("--from", "2026-01-05", "--to", "2026-01-24")
    code, said = command(house, "run_audit", "--company", undisturbed, *span, "--wait", "--json")
    assert code == 0, said
    calm = json.loads(said)

    code, said = command(house, "run_audit", "--company", disturbed, *span)
    assert code == 0, said
    killed = house.state()["children"]["The worker"]
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: house.state()["children"].get("The worker") not in (None, killed), seconds=60)

    counting = "SELECT count(*) FROM compliance_audit WHERE company_id = %s AND state = 'completed'"
    with psycopg.connect(postgres.dsn(house.data), autocommit=True) as database:
        number = [int(disturbed.partition("_")[2])]
        assert wait_until(
            lambda: database.execute(counting, number).fetchone() == (20,), seconds=300, pause=1
        )
    code, said = command(house, "run_audit", "--company", disturbed, *span, "--wait", "--json")
    storm = json.loads(said)
    assert storm["calls"] == calm["calls"] == 6000
    # Both call from before their licence and their number were on record, so every finding is the same.
    assert storm["violations"] == calm["violations"]
    with closing(Client(house.port, key)) as client:
        assert len(found(client)) == sum(storm["violations"].values())


def pair(telco: Client, dialer: Client, number: str) -> tuple[str, str]:
    """The verdicts before a number's opt-out and after its 201."""
    ask = {"number": number, "caller": "+12125550199", "sector": "insurance", "channel": "live"}
    status, first = dialer.post("/api/v1/checks", ask)
    assert status == 200, first
    before = first["verdict"]
    said_at = datetime.now(UTC).isoformat()
    status, made = telco.post(
        "/api/v1/opt-outs", {"number": number, "scope": "all", "said_at": said_at, "source": "carrier"}
    )
    assert status == 201, made
    status, second = dialer.post("/api/v1/checks", ask)
    assert status == 200, second
    return before, second["verdict"]


def test_it_never_allows_after_an_opt_out_was_answered(house, carrier):
    """Thousands of pairs, eight at a time: the opt-out's 201, then the first check."""
    code, said = command(
        house, "add_company", "Uptown", "--sector", "insurance", "--caller", "+12125550199", "--json"
    )
    assert code == 0, said
    key = json.loads(said)["key"]
    pairs, workers = 2400, 8

    def numbers(worker: int) -> list[str]:
        # London asks for no consent and closes at no hour: only the opt-out stands between question and allow.
        return [f"+4420794{n:05d}" for n in range(worker, pairs, workers)]

    def play(worker: int) -> tuple[int, int]:
        stale = allowed = 0
        with closing(Client(house.port, carrier)) as telco, closing(Client(house.port, key)) as dialer:
            for number in numbers(worker):
                before, after = pair(telco, dialer, number)
                allowed += before == "allow"
                stale += after != "deny"
        return stale, allowed

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(play, range(workers)))
    assert sum(stale for stale, _ in results) == 0
    assert sum(allowed for _, allowed in results) == pairs
