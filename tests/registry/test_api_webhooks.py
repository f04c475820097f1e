"""Webhooks over the API, and deliveries to a real server: signed, in order, again after a failure, given up in time."""

import json
import ssl
import threading
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256
from hmac import digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from structlog.testing import capture_logs

from registry import changes, consents, sealed, tasks, webhook_delivery, webhook_sending, webhooks
from registry.models import IdempotencyKey, Webhook, WebhookDelivery
from registry.periods import Moment
from tests.conftest import ANA, CLOCK
from tests.registry.api import Api, problem

EVENTS = ["violation.opened", "violation.updated"]
URL = "https://hooks.example.com/register?who=acme"


@pytest.fixture(autouse=True)
def standing_clock(now):
    """The faces' clock stands still until it is moved."""


class Listener:
    """A company's server: keeps what it is sent, and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.otherwise = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(
                    ({k.lower(): v for k, v in self.headers.items()} | {"path": self.path}, body)
                )
                status, headers = outer.answers.pop(0) if outer.answers else (outer.otherwise, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def messages(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@pytest.fixture
def listener():
    """A server of the company's on this machine."""
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hook(reader, listener):
    """A webhook that hears of violations; the answer it was made with."""
    response = reader.post("/webhooks", {"url": listener.url, "events": EVENTS})
    assert response.status_code == 201
    return response.json()


@pytest.fixture
def round_of(eager, monkeypatch):
    """One round: numbers, finds what is due, and delivers it."""
    return tasks.deliver_webhooks


def happen(company, count: int = 1, event: str = "violation.opened") -> None:
    for _ in range(count):
        changes.add(company_id=company.pk, event=event, at=CLOCK, subject=7, number=ANA)


def signed_by(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/WEBHOOKS.md has it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + b64encode(digest(b64decode(secret[6:]), signed, sha256)).decode()
    return expected in headers["webhook-signature"].split()


# --- made, read, changed, removed -------------------------------------------------------------------------------------


def test_it_is_made_and_shows_its_secret_once(reader, acme):
    response = reader.post("/webhooks", {"url": URL, "events": EVENTS[::-1], "description": "ours"})
    row = Webhook.objects.get()
    assert response.status_code == 201
    body = response.json()
    secret = body.pop("secret")
    assert body == {
        "id": f"whk_{row.pk}",
        "url": URL,
        "events": EVENTS,
        "description": "ours",
        "unmask": False,
        "enabled": True,
        "disabled_at": None,
        "disabled_because": None,
        "failing_since": None,
        "last_change": None,
        "next_attempt_at": None,
        "old_secret_until": None,
        "created_at": "2026-03-10T02:00:00Z",
        "livemode": True,
    }
    assert secret.startswith("whsec_")
    assert len(b64decode(secret[6:])) == 32
    assert secret not in row.secret
    assert sealed.unseal(row.secret) == secret
    assert reader.get(f"/webhooks/whk_{row.pk}").json() == body
    assert reader.get("/webhooks").json() == {"items": [body], "next_page_token": None}


def test_it_is_made_once_under_an_idempotency_key_and_its_secret_is_kept_sealed(reader):
    wish = {"url": URL, "events": EVENTS}
    first, again = (reader.post("/webhooks", wish, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Webhook.objects.count() == 1
    assert first.json()["secret"].encode() not in bytes(IdempotencyKey.objects.get().body)
    refused = [
        reader.post("/webhooks", {"url": "ftp://x", "events": EVENTS}, **{"Idempotency-Key": "l"})
        for _ in range(2)
    ]
    problem(refused[0], 422, "invalid_input", "/url")
    assert (refused[1].status_code, refused[1].content) == (422, refused[0].content)


def test_it_is_changed_and_removed(reader, hook, acme):
    path = f"/webhooks/{hook['id']}"
    changed = reader.client.patch(
        reader.base + path,
        json.dumps({"url": URL, "events": ["scrub.completed"], "unmask": True, "enabled": False}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {reader.key}"},
    ).json()
    assert (changed["url"], changed["events"], changed["unmask"]) == (URL, ["scrub.completed"], True)
    assert (changed["enabled"], changed["disabled_because"]) == (False, "asked")
    problem(reader.post(f"{path}/test"), 409, "webhook_not_at_work")
    assert reader.request("DELETE", path).status_code == 200
    problem(reader.get(path), 404, "not_found")
    problem(reader.request("DELETE", path), 404, "not_found")
    assert reader.get("/webhooks").json()["items"] == []
    row = Webhook.objects.get()
    assert (row.removed_at, row.secret) == (CLOCK, "")


def patch(api: Api, path: str, body):
    return api.client.patch(
        api.base + path,
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.key}"},
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://localhost/",
        "https://register.internal/",
        "https://intranet/",
        "https://10.1.2.3/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:0a00:0001::]/",
        "https://[fd00::1]/",
        "https://[fe80::1%25eth0]/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com\\@10.0.0.1/",
        "https:///nowhere",
    ],
)
def test_it_leads_nowhere_but_to_the_public_internet(reader, settings, url):
    settings.WEBHOOK_LOCAL = False
    problem(reader.post("/webhooks", {"url": url, "events": EVENTS}), 422, "invalid_input", "/url")
    assert not Webhook.objects.exists()


def test_plain_http_is_for_this_machine_alone_and_only_where_settings_permit_it(reader, settings):
    wish = {"url": "http://127.0.0.1:9/", "events": EVENTS}
    settings.WEBHOOK_LOCAL = False
    problem(reader.post("/webhooks", wish), 422, "invalid_input", "/url")
    settings.WEBHOOK_LOCAL = True
    assert reader.post("/webhooks", wish).status_code == 201
    wish["url"] = "http://10.0.0.1/"
    problem(reader.post("/webhooks", wish), 422, "invalid_input", "/url")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"events": EVENTS}, "/url"),
        ({"url": URL}, "/events"),
        ({"url": URL, "events": []}, "/events"),
        ({"url": URL, "events": ["sun.risen"]}, "/events/0"),
        ({"url": URL, "events": [EVENTS[0]] * 2}, "/events"),
        ({"url": URL, "events": EVENTS, "secret": "whsec_"}, "/secret"),
        ({"url": f"https://a.example/{'x' * 500}", "events": EVENTS}, "/url"),
    ],
)
def test_it_refuses_what_it_cannot_use(reader, body, pointer):
    problem(reader.post("/webhooks", body), 422, "invalid_input", pointer)
    assert not Webhook.objects.exists()


def test_it_is_for_readers_only(api, nobody, hook):
    for path in ("/webhooks", f"/webhooks/{hook['id']}", f"/webhooks/{hook['id']}/deliveries"):
        problem(api.get(path), 403, "scope_missing")
        problem(nobody.get(path), 401, "not_authenticated")
    problem(api.post("/webhooks", {"url": URL, "events": EVENTS}), 403, "scope_missing")
    problem(api.post(f"/webhooks/{hook['id']}/secret"), 403, "scope_missing")


def test_it_belongs_to_its_company_and_mode(other_api, test_api, hook):
    for stranger in (other_api, test_api):
        path = f"/webhooks/{hook['id']}"
        problem(stranger.get(path), 404, "not_found")
        problem(patch(stranger, path, {"enabled": False}), 404, "not_found")
        problem(stranger.request("DELETE", path), 404, "not_found")
        problem(stranger.post(f"{path}/test"), 404, "not_found")
        problem(stranger.post(f"{path}/secret"), 404, "not_found")
        problem(stranger.get(f"{path}/deliveries"), 404, "not_found")
        assert stranger.get("/webhooks").json()["items"] == []
    assert Webhook.objects.get().disabled_at is None


def test_it_answers_other_methods_with_405(reader, hook):
    problem(reader.request("PUT", f"/webhooks/{hook['id']}"), 405, "method_not_allowed")
    problem(reader.get(f"/webhooks/{hook['id']}/test"), 405, "method_not_allowed")
    problem(reader.request("DELETE", "/webhooks"), 405, "method_not_allowed")


def test_a_company_has_so_many(reader, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST", 2)
    for _ in range(2):
        assert reader.post("/webhooks", {"url": URL, "events": EVENTS}).status_code == 201
    problem(reader.post("/webhooks", {"url": URL, "events": EVENTS}), 409, "too_many_webhooks")


# --- delivered --------------------------------------------------------------------------------------------------------


def test_it_is_sent_what_happens_as_the_feed_has_it(reader, acme, hook, listener, round_of):
    happen(acme, 2)
    happen(acme, event="scrub.completed")
    assert round_of() == 1
    assert listener.messages() == ["chg_1", "chg_2"]
    headers, body = listener.got[0]
    assert json.loads(body) == reader.get("/changes").json()["items"][0]
    assert json.loads(body)["data"]["number"] == "+86138****8000"
    assert (headers["content-type"], headers["path"]) == ("application/json", "/hook")
    assert headers["host"] == listener.url.split("/")[2]
    assert headers["webhook-timestamp"] == str(int(CLOCK.timestamp()))
    assert signed_by(hook["secret"], headers, body)
    # Nothing is sent twice, and what it does not want is passed over.
    assert round_of() == 0
    assert len(listener.got) == 2
    assert reader.get(f"/webhooks/{hook['id']}").json()["last_change"] == "chg_3"
    attempts = reader.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]
    assert [(row["message"], row["state"], row["status"], row["attempt"]) for row in attempts] == [
        ("chg_2", "delivered", 204, 1),
        ("chg_1", "delivered", 204, 1),
    ]


def test_it_hears_nothing_of_what_was_before_it_nor_of_others(reader, acme, bolt, listener, round_of):
    happen(acme)
    changes.number()
    reader.post("/webhooks", {"url": listener.url, "events": EVENTS})
    happen(bolt)
    round_of()
    assert listener.got == []
    happen(acme)
    round_of()
    assert listener.messages() == ["chg_2"]


def test_it_is_sent_whole_numbers_where_it_asks(reader, acme, hook, listener, round_of):
    patch(reader, f"/webhooks/{hook['id']}", {"unmask": True})
    happen(acme)
    with capture_logs() as logs:
        round_of()
    assert json.loads(listener.got[0][1])["data"]["number"] == "+8613800138000"
    assert "8613800138000" not in repr(logs)
    assert hook["secret"] not in repr(logs)


def test_a_failure_holds_back_what_follows_until_it_is_taken(reader, acme, hook, listener, round_of, now):
    happen(acme, 2)
    listener.answers = [(500, {}), (503, {"retry-after": "600"})]
    round_of()
    assert listener.messages() == ["chg_1"]
    shown = reader.get(f"/webhooks/{hook['id']}").json()
    assert shown["failing_since"] == "2026-03-10T02:00:00Z"
    assert "02:00:05" <= shown["next_attempt_at"][11:19] <= "02:00:06"
    assert round_of() == 0
    now.shift(timedelta(seconds=7))
    round_of()
    now.shift(timedelta(seconds=500))
    assert round_of() == 0  # it was asked to wait
    now.shift(timedelta(seconds=200))
    round_of()
    assert listener.messages() == ["chg_1", "chg_1", "chg_1", "chg_2"]
    assert len({body for _, body in listener.got[:3]}) == 1
    attempts = reader.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]
    assert [(row["attempt"], row["status"], row["error"]) for row in attempts[::-1]] == [
        (1, 500, "not_taken"),
        (2, 503, "not_taken"),
        (3, 204, None),
        (1, 204, None),
    ]
    assert reader.get(f"/webhooks/{hook['id']}").json()["failing_since"] is None


def test_a_change_is_given_up_after_a_day_and_the_next_is_tried(acme, hook, listener, round_of, now):
    happen(acme, 2)
    listener.otherwise = 500
    spent = timedelta()
    for wait in (*webhook_delivery.WAITS, timedelta()):
        round_of()
        now.shift(wait * 1.25)
        spent += wait
    assert timedelta(hours=24) < spent < timedelta(hours=36)
    assert listener.messages() == ["chg_1"] * 9
    listener.otherwise = 204
    round_of()
    assert listener.messages()[9:] == ["chg_2"]


def test_it_is_disabled_when_nothing_is_taken_for_days_and_goes_on_when_it_is_enabled(
    reader, acme, hook, listener, round_of, now
):
    happen(acme, 9)
    listener.otherwise = 500
    for _ in range(60):
        round_of()
        now.shift(timedelta(hours=11))
    shown = reader.get(f"/webhooks/{hook['id']}").json()
    assert (shown["enabled"], shown["disabled_because"]) == (False, "failing")
    tried = int(shown["last_change"][4:]) if shown["last_change"] else 0
    sent = len(listener.got)
    round_of()
    assert len(listener.got) == sent
    listener.otherwise = 204
    patch(reader, f"/webhooks/{hook['id']}", {"enabled": True})
    round_of()
    assert listener.messages()[sent:] == [f"chg_{n}" for n in range(tried + 1, 10)]


def test_it_is_disabled_at_once_when_it_is_gone(reader, acme, hook, listener, round_of):
    happen(acme)
    listener.answers = [(410, {})]
    with capture_logs() as logs:
        round_of()
    assert reader.get(f"/webhooks/{hook['id']}").json()["disabled_because"] == "gone"
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["webhook_disabled"]


def test_it_follows_no_redirect(acme, reader, hook, listener, round_of):
    happen(acme)
    listener.answers = [(302, {"location": listener.url})]
    round_of()
    assert len(listener.got) == 1
    (attempt,) = reader.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]
    assert (attempt["state"], attempt["status"], attempt["error"]) == ("failed", 302, "redirect_not_followed")


def test_a_worker_that_died_is_followed_by_another_and_one_at_work_is_left_alone(
    acme, hook, listener, round_of, now
):
    happen(acme)
    Webhook.objects.update(busy_until=CLOCK + timedelta(seconds=60))
    assert round_of() == 0
    assert tasks.deliver_webhook(Webhook.objects.get().pk) == {"delivered": 0, "failed": 0}
    now.shift(timedelta(seconds=61))
    assert round_of() == 1
    assert listener.messages() == ["chg_1"]
    assert Webhook.objects.get().busy_until is None


def test_one_that_was_overtaken_while_it_sent_changes_nothing(acme, hook, listener, eager, monkeypatch):
    happen(acme, 2)
    changes.number()
    post = webhook_sending.post

    def overtaken(*args):
        Webhook.objects.update(busy_until=CLOCK + timedelta(hours=1))
        return post(*args)

    monkeypatch.setattr(webhook_sending, "post", overtaken)
    tasks.deliver_webhook(Webhook.objects.get().pk)
    assert listener.messages() == ["chg_1"]
    assert Webhook.objects.get().position == 0


def test_it_is_told_of_a_revoked_consent_from_end_to_end(reader, acme, agreed, listener, round_of):
    reader.post("/webhooks", {"url": listener.url, "events": ["consent.revoked"]})
    consents.revoke(record_id=agreed, moment=Moment.of(CLOCK))
    round_of()
    assert json.loads(listener.got[0][1])["data"]["id"] == f"con_{agreed}"


# --- tested, and its secret renewed -----------------------------------------------------------------------------------


def test_it_is_tried_out(reader, hook, listener, eager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = reader.post(f"/webhooks/{hook['id']}/test")
    assert (response.status_code, response.json()["state"]) == (202, "pending")
    headers, body = listener.got[0]
    assert headers["webhook-id"] == json.loads(body)["id"] == response.json()["message"]
    assert json.loads(body)["type"] == "webhook.test"
    assert signed_by(hook["secret"], headers, body)
    (attempt,) = reader.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]
    assert (attempt["id"], attempt["state"], attempt["status"]) == (response.json()["id"], "delivered", 204)


def test_a_test_whose_message_was_lost_is_found(reader, hook, listener, round_of):
    reader.post(f"/webhooks/{hook['id']}/test")
    assert listener.got == []
    assert round_of() == 1
    assert len(listener.got) == 1


def test_a_webhook_of_a_test_key_hears_of_tests_alone(test_api, acme, listener, round_of):
    made = test_api.post("/webhooks", {"url": listener.url, "events": EVENTS}).json()
    assert made["livemode"] is False
    happen(acme)
    round_of()
    assert listener.got == []
    test_api.post(f"/webhooks/{made['id']}/test")
    round_of()
    assert [json.loads(body)["type"] for _, body in listener.got] == ["webhook.test"]


def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(reader, acme, hook, listener, round_of, now):
    renewed = reader.post(f"/webhooks/{hook['id']}/secret").json()
    assert renewed["secret"] != hook["secret"]
    assert renewed["old_secret_until"] == "2026-03-11T02:00:00Z"
    happen(acme)
    round_of()
    for secret in (hook["secret"], renewed["secret"]):
        assert signed_by(secret, *listener.got[0])
    now.shift(timedelta(hours=25))
    happen(acme)
    round_of()
    assert signed_by(renewed["secret"], *listener.got[1])
    assert not signed_by(hook["secret"], *listener.got[1])


def test_a_secret_is_opened_by_the_key_before_and_by_no_other(
    reader, acme, hook, listener, round_of, settings
):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    happen(acme)
    round_of()
    assert signed_by(hook["secret"], *listener.got[0])
    settings.SECRET_KEY_FALLBACKS = []
    happen(acme)
    round_of()
    assert len(listener.got) == 1
    assert WebhookDelivery.objects.latest("id").error == "secret_unreadable"


def test_attempts_are_kept_no_longer_than_changes(reader, acme, hook, round_of):
    happen(acme)
    round_of()
    WebhookDelivery.objects.update(created_at=CLOCK - timedelta(days=91))
    assert tasks.forget_changes() == 1


# --- where it leads ---------------------------------------------------------------------------------------------------


def resolve_to(monkeypatch, *addresses: str) -> list[str]:
    """What every name stands for; the names that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(2, 1, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(webhook_sending.socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "addresses", [("10.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("::ffff:192.168.0.1",)]
)
def test_a_name_that_stands_for_an_inner_address_is_not_connected_to(monkeypatch, addresses):
    resolve_to(monkeypatch, *addresses)
    monkeypatch.setattr(webhook_sending, "_connected", lambda *_: pytest.fail("connected"))
    assert webhook_sending.post(URL, b"{}", {}).error == "address_not_public"


def test_it_is_connected_to_the_address_that_was_looked_at(monkeypatch):
    """A second look might find another one (DNS rebinding)."""
    asked = resolve_to(monkeypatch, "93.184.215.14")
    met = []

    def create_connection(address, timeout):
        met.append(address)
        raise TimeoutError

    monkeypatch.setattr(webhook_sending.socket, "create_connection", create_connection)
    assert webhook_sending.post(URL, b"{}", {}).error == "timed_out"
    assert met == [("93.184.215.14", 443)]
    assert asked == ["hooks.example.com"]


def test_a_server_that_does_not_speak_tls_is_told_nothing(monkeypatch, listener):
    port = listener.server.server_port
    monkeypatch.setattr(webhook_sending, "_addresses", lambda parts: ["127.0.0.1"])
    sent = webhook_sending.post(f"https://hooks.example.com:{port}/", b"{}", {})
    assert (sent.status, sent.error) == (None, "tls_failed")
    assert listener.got == []
    assert webhook_sending._tls().verify_mode == ssl.CERT_REQUIRED
    assert webhook_sending._tls().check_hostname


def test_one_that_answers_byte_by_byte_is_ended(monkeypatch):
    monkeypatch.setattr(webhook_sending, "WHOLE", 0.3)
    gate = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self):
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not gate.wait(0.02):
                    self.wfile.write(b"x")
            except OSError:
                pass

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        sent = webhook_sending.post(f"http://127.0.0.1:{server.server_port}/", b"{}", {})
    finally:
        gate.set()
        server.shutdown()
        server.server_close()
    assert (sent.status, sent.error) == (None, "timed_out")
    assert sent.duration_ms < 3_000


def test_nobody_there_is_a_failure_like_another(listener):
    listener.server.shutdown()
    listener.server.server_close()
    assert webhook_sending.post(listener.url, b"{}", {}).error == "connection_refused"


def test_the_signature_is_that_of_the_standard():
    """The example of standardwebhooks.com."""
    made = webhook_sending.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
