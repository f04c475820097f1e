"""Messages go where the settings say: to a log without the number, to a file, to a gateway; and a failure is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from config import settings as given
from registry import checks, messages
from registry.messages import Message, NotSent, http

MESSAGE = Message(number=8613800138000, text="123456 is your code", language="en", reference="proof-7")


def backend(settings, name: str) -> None:
    settings.MESSAGE_BACKEND = f"registry.messages.{name}"


def test_it_writes_to_the_log_without_the_number(settings, caplog):
    backend(settings, "console.ConsoleBackend")
    caplog.set_level("INFO")
    messages.send(MESSAGE)
    assert "123456" in caplog.text
    assert "138****8000" in caplog.text
    assert "13800138000" not in caplog.text


def test_it_appends_to_a_file_that_only_its_owner_reads(settings, tmp_path):
    backend(settings, "file.FileBackend")
    settings.MESSAGE_FILE = tmp_path / "new" / "messages.ndjson"
    messages.send(MESSAGE)
    messages.send(MESSAGE)
    first, second = settings.MESSAGE_FILE.read_text().splitlines()
    assert json.loads(first) == json.loads(second)
    assert json.loads(first)["number"] == MESSAGE.number
    assert settings.MESSAGE_FILE.stat().st_mode & 0o777 == 0o600


def test_it_says_so_when_the_file_cannot_be_written(settings, tmp_path):
    backend(settings, "file.FileBackend")
    (tmp_path / "a-file").write_text("")
    settings.MESSAGE_FILE = tmp_path / "a-file" / "messages"
    with pytest.raises(NotSent):
        messages.send(MESSAGE)


@pytest.fixture
def gateway(settings):
    """A gateway on this machine that notes what it gets and answers as it is told."""
    got, answers = [], [202]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((self.path, dict(self.headers), body))
            self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    backend(settings, "http.GatewayBackend")
    settings.MESSAGE_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.MESSAGE_GATEWAY_TOKEN = "token"
    yield got, answers
    http._session().close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_hands_over_to_the_gateway(gateway):
    got, _ = gateway
    messages.send(MESSAGE)
    ((path, headers, body),) = got
    assert path == "/send"
    assert headers["Authorization"] == "Bearer token"
    assert headers["Idempotency-Key"] == "proof-7"
    assert body == {
        "to": "+8613800138000",
        "text": "123456 is your code",
        "channel": "sms",
        "language": "en",
        "reference": "proof-7",
    }


def test_it_tries_once_more_where_the_gateway_says_later(gateway):
    got, answers = gateway
    answers[:] = [503, 202]
    messages.send(MESSAGE)
    assert len(got) == 2


@pytest.mark.parametrize("status", [400, 302, 500])
def test_it_says_so_when_the_gateway_refuses(gateway, status):
    got, answers = gateway
    answers[:] = [status]
    with pytest.raises(NotSent):
        messages.send(MESSAGE)
    assert len(got) == 1


def test_it_says_so_without_the_address_when_the_gateway_is_down(settings, monkeypatch, caplog):
    backend(settings, "http.GatewayBackend")
    settings.MESSAGE_GATEWAY_URL = "http://secret@127.0.0.1:9/send"

    def fail(self, *args, **kwargs):
        raise requests.ConnectionError("secret")

    monkeypatch.setattr(requests.Session, "post", fail)
    with pytest.raises(NotSent) as told:
        messages.send(MESSAGE)
    assert "secret" not in str(told.value) + caplog.text


def test_it_stops_the_start_where_messages_would_reach_nobody(settings):
    settings.EMBEDDED = settings.TESTING = False
    backend(settings, "console.ConsoleBackend")
    assert [error.id for error in checks.messages_reach_people()] == ["registry.E002"]
    backend(settings, "http.GatewayBackend")
    assert checks.messages_reach_people() == []
    settings.DEMO = True
    assert [error.id for error in checks.messages_reach_people()] == ["registry.E003"]
    settings.EMBEDDED = True
    assert checks.messages_reach_people() == []


def test_it_keeps_messages_in_memory_during_tests():
    assert given.MESSAGE_BACKEND == "registry.messages.memory.MemoryBackend"
