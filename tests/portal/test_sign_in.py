"""A number is proven by a code sent to it: short-lived, used once, tried five times, and telling nothing else."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from registry import opt_outs, subscribers, tasks
from registry.messages import NotSent, memory
from registry.models import NumberProof, Subscriber
from tests.conftest import ANA
from tests.portal.conftest import sent_code, sign_in


def ask(browser, number="138 0013 8000", **more):
    return browser.post("/sign-in/", {"number": number, **more})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_it_signs_in_with_the_code_that_was_sent(browser, clock):
    assert ask(browser).url == "/sign-in/code/"
    (message,) = memory.outbox
    assert (message.number, message.channel) == (ANA, "sms")
    answer = browser.post("/sign-in/code/", {"code": sent_code()})
    assert answer.url == "/my/"
    row = Subscriber.objects.get()
    assert (row.number, row.first_proven_at, row.language) == (ANA, clock, "en")
    assert browser.get("/my/").status_code == 200


def test_it_reads_the_code_out_to_a_landline(browser):
    ask(browser, "010 6555 1234", channel="voice")
    (message,) = memory.outbox
    assert (message.number, message.channel) == (861065551234, "voice")
    assert re.search(r"\d, \d, \d, \d, \d, \d", message.text)


def test_it_keeps_no_code(browser):
    ask(browser)
    proof = NumberProof.objects.get()
    assert sent_code() not in f"{proof.digest} {proof.salt}"
    assert all(sent_code() not in str(session.get_decoded()) for session in Session.objects.all())


def test_it_reads_codes_however_they_are_typed(browser):
    ask(browser)
    code = sent_code()
    typed = f" {code[:3]} {chr(0xFF10 + int(code[3]))}{code[4:]}"
    assert browser.post("/sign-in/code/", {"code": typed}).url == "/my/"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_it_takes_nothing_but_six_digits_for_a_code(browser, typed):
    ask(browser)
    assert browser.post("/sign-in/code/", {"code": typed}).status_code == 422
    assert NumberProof.objects.get().tries == 0


def test_it_refuses_a_wrong_code_and_says_how_many_tries_are_left(browser):
    ask(browser)
    answer = browser.post("/sign-in/code/", {"code": wrong(sent_code())})
    assert answer.status_code == 422
    assert "Tries left: 4" in answer.content.decode()
    assert not Subscriber.objects.exists()
    assert browser.get("/my/").url == "/sign-in/"


def test_it_bears_five_tries_and_no_more(browser):
    ask(browser)
    code = sent_code()
    for _ in range(4):
        assert browser.post("/sign-in/code/", {"code": wrong(code)}).status_code == 422
    assert browser.post("/sign-in/code/", {"code": wrong(code)}).url == "/sign-in/"
    assert browser.post("/sign-in/code/", {"code": code}).url == "/sign-in/"
    assert NumberProof.objects.get().tries == 5
    assert not Subscriber.objects.exists()


def test_it_works_for_ten_minutes(browser, now):
    ask(browser)
    now.shift(timedelta(minutes=9, seconds=59))
    assert browser.post("/sign-in/code/", {"code": sent_code()}).url == "/my/"
    other = Client()
    ask(other)
    now.shift(timedelta(minutes=10))
    assert other.post("/sign-in/code/", {"code": sent_code()}).url == "/sign-in/"


def test_it_works_once(browser, moment):
    ask(browser)
    code = sent_code()
    browser.post("/sign-in/code/", {"code": code})
    proof = NumberProof.objects.get()
    with pytest.raises(subscribers.CodeSpent):
        subscribers.prove(proof_id=proof.pk, code=code, language="en", moment=moment)


def test_it_works_in_no_other_browser(browser):
    ask(browser)
    other = Client()
    assert other.post("/sign-in/code/", {"code": sent_code()}).url == "/sign-in/"
    assert NumberProof.objects.get().tries == 0


def test_it_sends_three_codes_to_a_number_and_then_makes_it_wait(browser, now):
    for _ in range(3):
        assert ask(Client()).status_code == 302
    assert ask(Client()).status_code == 302
    assert len(memory.outbox) == 3
    now.shift(timedelta(minutes=10))
    ask(Client())
    assert len(memory.outbox) == 4


def test_it_sends_eight_codes_a_day_to_a_number(browser, now):
    for _ in range(8):
        assert ask(Client()).status_code == 302
        now.shift(timedelta(minutes=11))
    ask(Client())
    assert len(memory.outbox) == 8


def test_it_tells_nobody_that_codes_were_asked_for_a_number(browser, monkeypatch):
    """The fourth asker sees what the first saw, after as long; and cannot guess on."""
    waited = []
    monkeypatch.setattr("registry.portal.proofs.time.sleep", waited.append)

    def pages():
        fresh = Client(REMOTE_ADDR="203.0.114.1")
        asked = ask(fresh)
        seen = [asked.status_code, asked.url, fresh.get("/sign-in/code/").content.decode()]
        seen += [fresh.post("/sign-in/code/", {"code": "12345x"}).status_code]
        return [re.sub(r'value="[A-Za-z0-9]{64}"', "", str(part)) for part in seen], fresh

    first, _ = pages()
    ask(Client())
    ask(Client())
    fourth, stranger = pages()
    assert fourth == first
    assert len(memory.outbox) == 3
    assert len(waited) == 1
    assert stranger.post("/sign-in/code/", {"code": sent_code()}).status_code == 422
    # What nobody was sent does not keep the owner waiting for longer.
    assert NumberProof.objects.filter(silent=False).count() == 3


def test_it_holds_a_network_to_its_limit_whatever_the_numbers(browser):
    for place in range(15):
        assert ask(Client(REMOTE_ADDR=f"203.0.113.{place}"), f"+861380013{place:04d}").status_code == 302
    refused = ask(Client(REMOTE_ADDR="203.0.113.200"), "+8613800139999")
    assert refused.status_code == 429
    assert ask(Client(REMOTE_ADDR="203.0.114.1"), "+8613800139999").status_code == 302


def test_it_tells_nobody_whether_a_number_is_registered(browser, moment):
    opt_outs.register(number=ANA, scope="all", source="portal", moment=moment)
    sign_in(Client())

    def pages(number):
        fresh = Client()
        ask(fresh, number)
        text = fresh.get("/sign-in/code/").content.decode()
        return re.sub(r'(value="[A-Za-z0-9]{64}")|\+86\d{3}\*+\d{4}', "", text)

    assert pages("13800138000") == pages("13800138001")
    queries = [proof.number for proof in NumberProof.objects.all()]
    assert len(queries) == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter your phone number"),
        ("call me", "Use digits only"),
        ("1380", "too short or too long"),
        ("+800 1234 5678", "service number"),
    ],
)
def test_it_says_what_is_wrong_with_a_number(browser, typed, said):
    answer = ask(browser, typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not NumberProof.objects.exists()


def test_it_says_so_when_no_code_can_be_sent(browser, monkeypatch):
    def fail(self, message):
        raise NotSent

    monkeypatch.setattr(memory.MemoryBackend, "send", fail)
    answer = ask(browser)
    assert answer.status_code == 503
    assert "could not be sent" in answer.content.decode()


def test_it_brings_one_back_to_where_one_wanted_to_go(browser):
    assert browser.get("/my/?x=1").url == "/sign-in/"
    ask(browser)
    assert browser.post("/sign-in/code/", {"code": sent_code()}).url == "/my/?x=1"


def test_it_gets_a_new_session_key_when_signing_in_and_again_after_a_while(browser, now):
    ask(browser)
    before = browser.session.session_key
    browser.post("/sign-in/code/", {"code": sent_code()})
    signed_in = browser.session.session_key
    assert signed_in != before
    now.shift(timedelta(minutes=11))
    assert browser.get("/my/").status_code == 200
    assert browser.session.session_key != signed_in
    assert not Session.objects.filter(session_key=signed_in).exists()


def test_it_ends_after_twenty_idle_minutes(ana_at_home, now):
    now.shift(timedelta(minutes=19))
    assert ana_at_home.get("/my/").status_code == 200
    now.shift(timedelta(minutes=20))
    assert ana_at_home.get("/my/").url == "/sign-in/"


def test_it_ends_after_two_hours_whatever_one_does(ana_at_home, now):
    for _ in range(11):
        now.shift(timedelta(minutes=10))
        assert ana_at_home.get("/my/").status_code == 200
    now.shift(timedelta(minutes=10))
    assert ana_at_home.get("/my/").status_code == 302


def test_it_signs_out(ana_at_home):
    assert ana_at_home.get("/sign-out/").status_code == 200
    assert ana_at_home.get("/my/").status_code == 200  # asking ends nothing
    assert ana_at_home.post("/sign-out/").url == "/"
    assert ana_at_home.get("/my/").url == "/sign-in/"


def test_it_keeps_no_number_in_the_session(ana_at_home):
    (session,) = Session.objects.all()
    assert str(ANA)[2:] not in str(session.get_decoded())


def test_it_leaves_no_session_behind(ana_at_home, now):
    assert ana_at_home.cookies["sessionid"]["max-age"] == 7200
    tasks.forget_sessions()
    assert Session.objects.count() == 1
    now.shift(timedelta(hours=3))
    tasks.forget_sessions()
    assert not Session.objects.exists()


def test_it_forgets_old_proofs(browser, clock):
    ask(browser)
    assert subscribers.forget_proofs(clock + timedelta(hours=23)) == 0
    assert subscribers.forget_proofs(clock + timedelta(hours=24)) == 1
    assert not NumberProof.objects.exists()


def test_it_never_shows_a_code_without_a_demo(browser, settings):
    for demo, embedded in ((True, False), (False, True)):
        settings.DEMO, settings.EMBEDDED = demo, embedded
        settings.MESSAGE_BACKEND = "registry.messages.console.ConsoleBackend"
        ask(Client())
        fresh = Client()
        ask(fresh)
        assert "This is a demo" not in fresh.get("/sign-in/code/").content.decode()
        assert "portal_shown" not in fresh.session
        NumberProof.objects.all().delete()


def test_it_shows_the_code_in_the_demo(browser, settings, tmp_path):
    settings.DEMO = settings.EMBEDDED = True
    settings.DATA_DIR = tmp_path
    settings.MESSAGE_BACKEND = "registry.messages.console.ConsoleBackend"
    ask(browser)
    assert "This is a demo" not in browser.get("/sign-in/code/").content.decode()  # no demo is loaded
    (tmp_path / "demo.json").write_text('{"key": "k"}')
    fresh = Client()
    ask(fresh)
    page = fresh.get("/sign-in/code/").content.decode()
    code = re.search(r'class="code">(\d{6})<', page)[1]
    assert fresh.post("/sign-in/code/", {"code": code}).url == "/my/"


def test_it_bounds_the_tries_in_the_database(browser):
    from django.db import IntegrityError

    ask(browser)
    with pytest.raises(IntegrityError, match="number_proof_tries"):
        NumberProof.objects.update(tries=6)


def test_it_holds_two_numbers_apart(browser):
    sign_in(browser)
    other = sign_in(Client(), ANA + 1)
    assert "138****8000" in browser.get("/my/").content.decode()
    assert "138****8001" in other.get("/my/").content.decode()
