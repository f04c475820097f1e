"""Texts and calls to the register: signed, fresh, each with one effect and an answer in the sender's language."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest
from django.test import Client

from registry import inbound as verbs
from registry import opt_outs
from registry.keywords import Wish
from registry.models import InboundMessage, OptOut
from registry.portal.inbound import signature
from tests.conftest import ANA

SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + b64encode(b"another secret of the gateway !!").decode()


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.INBOUND_SECRETS = [OTHER, SECRET]


def standing(number=ANA):
    return OptOut.objects.current().filter(number=number, valid__upper_inf=True)


@pytest.fixture
def gateway(browser, clock):
    """Hands a message over: `gateway({"from": …}, id="m1")`; `secret`, `at` and `signed` make it a wrong one.

    It has no cookie and no token, as a gateway has none.
    """
    client = Client(enforce_csrf_checks=True)

    def send(body, *, id="m1", secret=SECRET, at=None, kind="sms", signed=None):  # noqa: A002
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int((at or clock).timestamp()))
        mark = signature(secret, f"{id}.{stamp}.".encode() + (signed or raw)).decode()
        return client.post(
            f"/inbound/{kind}/", raw, content_type="application/json",
            headers={"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{mark}"},
        )  # fmt: skip

    return send


def test_it_refuses_everything_by_text(gateway, clock):
    answer = gateway({"from": "+8613800138000", "text": "T"})
    assert answer.status_code == 200
    assert answer.json()["action"] == "refuse_all"
    row = standing().get()
    assert (row.scope, row.source, row.said_at) == ("all", "sms", clock)


def test_it_answers_in_the_senders_language(gateway, browser):
    assert "从现在起" in gateway({"from": "+8613800138000", "text": "T"}).json()["reply"]
    assert "from now on" in gateway({"from": "+919876543210", "text": "T"}, id="m2").json()["reply"]
    assert "从现在起" in gateway({"from": "+919876543211", "text": "退订"}, id="m3").json()["reply"]


def test_it_has_one_effect_however_often_it_is_delivered(gateway, now):
    first = gateway({"from": "+8613800138000", "text": "T"})
    opt_outs.withdraw(record_id=standing().get().record_id, moment=moment_now(now))
    now.shift(timedelta(minutes=1))
    again = gateway({"from": "+8613800138000", "text": "T"})
    assert again.json() == first.json()
    assert not standing().exists()
    assert InboundMessage.objects.count() == 1


def moment_now(now):
    from datetime import UTC, datetime

    from registry.periods import Moment

    return Moment.of(datetime.now(UTC))


def test_it_undoes_the_effect_of_a_message_that_came_twice_at_once(db, moment, monkeypatch):
    """Both deliveries look before either has written: the second one's row is refused, and with it what it did."""
    InboundMessage.objects.create(
        kind="sms", message_id="m1", number=ANA, action="help", reply="first", received_at=moment.at
    )
    found = InboundMessage.objects.filter
    looks = []

    def not_yet(**which):
        looks.append(which)
        return found(pk=0) if len(looks) == 1 else found(**which)

    monkeypatch.setattr(InboundMessage.objects, "filter", not_yet)
    row = verbs.receive(
        kind="sms",
        message_id="m1",
        number=ANA,
        wish=Wish("refuse_all"),
        reply=lambda *_: "second",
        moment=moment,
    )
    assert row.reply == "first"
    assert not standing().exists()


def test_it_refuses_and_releases_sectors_as_in_india(gateway):
    gateway({"from": "+919876543210", "text": "BLOCK 1,3"})
    number = 919876543210
    assert sorted(row.sector for row in standing(number)) == ["education", "finance", "insurance"]
    reply = gateway({"from": "+919876543210", "text": "STOP 1,3"}, id="m1").json()["reply"]
    assert reply.endswith("To take it back, send UNBLOCK 1,3.")
    assert standing(number).count() == 3
    answer = gateway({"from": "+919876543210", "text": "UNBLOCK 1"}, id="m2").json()
    assert "Insurance, Loans" in answer["reply"]
    assert [row.sector for row in standing(number)] == ["education"]


def test_it_takes_back_what_was_said_to_all_but_not_to_one_company(gateway, acme, moment):
    opt_outs.register(number=ANA, scope="company", company=acme, source="portal", moment=moment)
    gateway({"from": "+8613800138000", "text": "T"})
    gateway({"from": "+8613800138000", "text": "恢复"}, id="m2")
    assert [row.scope for row in standing()] == ["company"]


def test_it_tells_how_it_stands(gateway):
    asked = {"from": "+919876543210", "text": "STATUS"}
    assert "You do not refuse" in gateway(asked).json()["reply"]
    gateway(asked | {"text": "STOP"}, id="m2")
    assert gateway(asked, id="m3").json()["reply"] == "You refuse all sales calls."


def test_it_changes_nothing_where_the_text_is_not_clear(gateway):
    answer = gateway({"from": "+919876543210", "text": "leave me alone please"})
    assert answer.json()["action"] == "help"
    assert "changed nothing" in answer.json()["reply"]
    assert not standing(919876543210).exists()


def test_it_refuses_everything_by_a_call_and_takes_nothing_back_by_one(gateway):
    gateway({"from": "+8613800138000", "digits": "1"}, kind="call")
    assert standing().get().source == "phone"
    for place, digits in enumerate(("2", "0", "", "UNBLOCK ALL")):
        gateway({"from": "+8613800138000", "digits": digits}, kind="call", id=f"c{place}")
    assert standing().count() == 1


def test_it_keeps_texts_and_calls_of_one_id_apart(gateway):
    gateway({"from": "+8613800138000", "text": "STATUS"}, id="same")
    gateway({"from": "+8613800138000", "digits": "1"}, kind="call", id="same")
    assert InboundMessage.objects.count() == 2
    assert standing().exists()


def test_it_takes_nothing_that_is_not_signed(gateway, browser, clock):
    body = {"from": "+8613800138000", "text": "T"}
    wrong = "whsec_" + b64encode(b"x" * 32).decode()
    assert gateway(body, secret=wrong).status_code == 401
    assert gateway(body, signed=b"something else").status_code == 401
    plain = browser.post("/inbound/sms/", json.dumps(body), content_type="application/json")
    assert plain.status_code == 401
    assert not InboundMessage.objects.exists()
    assert not standing().exists()
    assert gateway(body, secret=OTHER).status_code == 200  # while one secret is replaced by the next


@pytest.mark.parametrize("minutes", [-6, 6])
def test_it_takes_nothing_that_is_old(gateway, clock, minutes):
    answer = gateway({"from": "+8613800138000", "text": "T"}, at=clock + timedelta(minutes=minutes))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"nonsense", 400),
        (b"[]", 400),
        ({"text": "T"}, 400),
        ({"from": "+8613800138000"}, 400),
        ({"from": "95588", "text": "T"}, 422),
        ({"from": "call me", "text": "T"}, 422),
        (b"x" * 20_000, 413),
    ],
)
def test_it_says_what_is_wrong(gateway, body, status):
    assert gateway(body).status_code == status
    assert not InboundMessage.objects.exists()


def test_it_is_not_there_without_a_secret(gateway, settings):
    settings.INBOUND_SECRETS = []
    assert gateway({"from": "+8613800138000", "text": "T"}).status_code == 404


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_it_needs_every_header(browser, clock, header):
    headers = {"webhook-id": "m", "webhook-timestamp": "²3", "webhook-signature": "v1,abc"} | {header: ""}
    answer = browser.post("/inbound/sms/", b"{}", content_type="application/json", headers=headers)
    assert answer.status_code == 401


def test_it_forgets_after_a_month(gateway, clock):
    gateway({"from": "+8613800138000", "text": "T"})
    assert verbs.forget(clock + timedelta(days=29)) == 0
    assert verbs.forget(clock + timedelta(days=30)) == 1


def test_it_is_only_sent_to(browser):
    assert browser.get("/inbound/sms/").status_code == 405
