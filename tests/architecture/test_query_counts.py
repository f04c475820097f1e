"""How many statements each endpoint sends, committed in `query_counts.json`; a higher count is a reviewed diff.

Re-write the file with `UPDATE_QUERY_COUNTS=1 pytest tests/architecture/test_query_counts.py`.
"""

import json
import os
from pathlib import Path

import psycopg
import pytest

from registry import companies
from registry.codes import CHANNELS

COUNTS = Path(__file__).parent / "query_counts.json"
QUESTION = {"number": "+8613800138000", "caller": "+861065551234", "sector": "insurance", "channel": "live"}
CONSENT = {
    "number": "+8613800138000",
    "sectors": ["insurance"],
    "channels": list(CHANNELS),
    "given_at": "2026-01-10T10:00:00+08:00",
    "method": "web_form",
    "notice": "We may call you.",
    "evidence": [{"type": "page", "sha256": "0" * 64}],
    "reference": "r1",
}
REQUESTS = {
    "check": ("post", "/api/v1/checks", QUESTION),
    "check with an idempotency key": ("post", "/api/v1/checks", QUESTION, {"idempotency-key": "k1"}),
    "batch of ten": (
        "post",
        "/api/v1/checks/batch",
        {"defaults": QUESTION, "items": [{"ref": str(n), "number": f"+861380013{n:04d}"} for n in range(10)]},
    ),
    "batch of a hundred": (
        "post",
        "/api/v1/checks/batch",
        {
            "defaults": QUESTION,
            "items": [{"ref": str(n), "number": f"+861380013{n:04d}"} for n in range(100)],
        },
    ),
    "list of checks": ("get", "/api/v1/checks", None),
    "consent": ("post", "/api/v1/consents", CONSENT),
    "list of consents": ("get", "/api/v1/consents", None),
    "opt-out": (
        "post",
        "/api/v1/opt-outs",
        {
            "number": "+8613800138000",
            "scope": "company",
            "said_at": "2026-03-01T10:00:00+08:00",
            "source": "call",
        },
    ),
    "list of violations": ("get", "/api/v1/violations", None),
    "list of cases": ("get", "/api/v1/cases", None),
    "list of complaints": ("get", "/api/v1/complaints", None),
    "list of call logs": ("get", "/api/v1/call-logs", None),
    "list of consent files": ("get", "/api/v1/consents/files", None),
    "changes": ("get", "/api/v1/changes", None),
    "list of webhooks": ("get", "/api/v1/webhooks", None),
    "webhook": (
        "post",
        "/api/v1/webhooks",
        {"url": "https://example.com/hook", "events": ["scrub.completed"]},
    ),
    "list of carrier records": ("get", "/api/v1/carrier-records", None),
    "list of scrubs": ("get", "/api/v1/scrubs", None),
    "rules": ("get", "/api/v1/rules", None),
    "policies": ("get", "/api/v1/policies", None),
}


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """Every statement that goes to the database, whichever cursor sends it."""
    statements: list[str] = []
    execute = psycopg.Cursor.execute

    def counted(self, query, *args, **kwargs):
        # The test itself runs inside a transaction, where a savepoint stands for what is none outside.
        if not str(query).startswith(("SAVEPOINT", "RELEASE")):
            statements.append(str(query))
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    return statements


def test_it_sends_no_more_statements_than_agreed(acme, moment, client, sent):
    _, key = companies.issue_key(
        company=acme, moment=moment, scopes=["check", "consent", "calls", "optout", "read"]
    )
    found = {}
    for name, (method, path, body, *headers) in REQUESTS.items():
        for _ in range(2):  # the first warms what a process keeps
            sent.clear()
            answer = getattr(client, method)(
                path,
                **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
                headers={"authorization": f"Bearer {key}"} | (headers[0] if headers else {}),
            )
            assert answer.status_code in (200, 201), (name, answer.content)
        found[name] = len(sent)
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        COUNTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    agreed = json.loads(COUNTS.read_text(encoding="utf-8"))
    assert found.keys() == agreed.keys()
    assert not {name: (count, agreed[name]) for name, count in found.items() if count > agreed[name]}
    # Facts, decision and durable row are one round trip, and a batch of a hundred is one as well.
    assert agreed["check"] == agreed["batch of ten"] == agreed["batch of a hundred"] == 1
