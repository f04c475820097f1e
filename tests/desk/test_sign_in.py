"""Staff sign in with a password of their own and a second factor; nothing opens before they have both."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from registry import staff
from registry.models import GivenPassword
from tests.desk.house import desk, member

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ACCOUNT = "/desk/account/"


@pytest.fixture(autouse=True)
def at_rest(now):
    """The clock stands still, and nobody has tried before."""
    cache.clear()


@pytest.fixture
def rita():
    """A supervisor who has chosen her password, and has an authenticator app."""
    user = member("supervisor", "rita@regulator.example")
    staff.choose_password(user=user, password=PASSWORD)
    TOTP.activate(user, SECRET)
    return user


def code(clock, secret: str = SECRET) -> str:
    """What the app shows at a time."""
    return format_hotp_value(hotp_value(secret, int(clock.timestamp()) // 30))


def give(client: Client, password: str = PASSWORD, **more):
    return client.post("/desk/sign-in/", {"login": "Rita@regulator.example", "password": password, **more})


def test_it_asks_for_a_password_and_then_a_code(rita, clock):
    client = Client()
    assert client.get(ACCOUNT).url == "/desk/sign-in/?next=%2Fdesk%2Faccount%2F"
    answer = give(client, next=ACCOUNT)
    assert (answer.status_code, answer.url) == (302, "/desk/sign-in/code/")
    assert client.get(ACCOUNT).url.startswith("/desk/sign-in/"), "a password alone opens nothing"
    assert b"Six digits" in client.get("/desk/sign-in/code/").content
    with capture_logs() as logs:
        answer = client.post("/desk/sign-in/code/", {"code": code(clock)})
    assert (answer.status_code, answer.url) == (302, ACCOUNT)
    assert client.get(ACCOUNT).status_code == 200
    assert {line["event"] for line in logs} >= {"factor_used", "signed_in"}
    assert PASSWORD not in str(logs)
    assert code(clock) not in str(logs)


def test_it_takes_a_recovery_code_once(rita):
    [first, *_] = RecoveryCodes.activate(rita).get_unused_codes()
    client = Client()
    give(client)
    assert client.post("/desk/sign-in/code/", {"code": first}).status_code == 302
    again = Client()
    give(again)
    assert again.post("/desk/sign-in/code/", {"code": first}).status_code == 400


def test_it_takes_a_code_of_the_app_once(rita, clock):
    for expected in (302, 400):
        client = Client()
        give(client)
        assert client.post("/desk/sign-in/code/", {"code": code(clock)}).status_code == expected


@pytest.mark.parametrize("login", ["rita@regulator.example", "nobody@regulator.example", PASSWORD])
def test_it_says_the_same_of_every_wrong_password_and_logs_no_name_that_nobody_has(rita, login):
    with capture_logs() as logs:
        answer = Client().post("/desk/sign-in/", {"login": login, "password": "wrong"})
    assert answer.status_code == 400
    assert b"The user name or the password is not right." in answer.content
    [line] = [line for line in logs if line["event"] == "sign_in_failed"]
    assert line["user"] == (login if login.startswith("rita") else None)
    assert PASSWORD not in str(logs)


def test_it_stops_guessing_of_passwords(rita):
    for _ in range(5):
        give(Client(), "wrong")
    answer = give(Client())
    assert answer.status_code == 400
    assert b"Too many tries" in answer.content


def test_it_stops_guessing_of_codes(rita, clock):
    client = Client()
    give(client)
    for _ in range(5):
        assert client.post("/desk/sign-in/code/", {"code": "000000"}).status_code == 400
    answer = client.post("/desk/sign-in/code/", {"code": code(clock)})
    assert b"Too many tries" in answer.content


def test_it_lets_try_again_after_a_while(rita, now):
    for _ in range(5):
        give(Client(), "wrong")
    now.shift(timedelta(minutes=11))
    assert give(Client()).status_code == 302


def test_a_person_without_a_role_is_told_what_everybody_is_told(django_user_model):
    django_user_model.objects.create_user("ana@example.org", password=PASSWORD)
    answer = Client().post("/desk/sign-in/", {"login": "ana@example.org", "password": PASSWORD})
    assert b"not right" in answer.content


def test_a_first_sign_in_chooses_a_password_sets_up_a_factor_and_shows_recovery_codes(moment, clock):
    user = member("case_officer", "rita@regulator.example")
    staff.give_password(user=user, password=PASSWORD, moment=moment)
    client = Client()
    assert give(client, next=ACCOUNT).status_code == 302
    # First the password: nothing else opens.
    for address in (ACCOUNT, "/desk/account/app/", reverse("admin:index")):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer.url.startswith(("/desk/account/password/", "/admin/login/")), address
    chosen = {"old_password": PASSWORD, "new_password1": "a plain sentence of hers"}
    assert client.post("/desk/account/password/", chosen | {"new_password2": "another"}).status_code == 400
    assert GivenPassword.objects.exists()
    answer = client.post("/desk/account/password/", chosen | {"new_password2": chosen["new_password1"]})
    assert (answer.status_code, answer.url) == (302, ACCOUNT)
    assert not GivenPassword.objects.exists()
    # Then the factor: nothing else opens.
    assert client.get("/desk/unmask/call/1/").url == ACCOUNT
    assert client.get(reverse("admin:index")).status_code == 302
    page = client.get("/desk/account/app/")
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert "data:image/svg+xml" in page.content.decode()
    assert client.post("/desk/account/app/", {"code": "000000"}).status_code == 400
    answer = client.post("/desk/account/app/", {"code": code(clock, secret)})
    assert (answer.status_code, answer.url) == (302, "/desk/account/recovery-codes/")
    stored = Authenticator.objects.get(user=user, type="totp")
    assert secret not in str(stored.data), "secrets lie encrypted"
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()
    assert codes[0] in client.get(answer.url).content.decode()
    assert codes[0] not in client.get(answer.url).content.decode(), "shown once"
    # And then the desk and the administration.
    assert client.get("/desk/unmask/call/1/").status_code == 404
    assert client.get(reverse("admin:index")).status_code == 200


def test_it_keeps_the_password_different(rita):
    client = desk("supervisor", "rita@regulator.example")
    same = {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post("/desk/account/password/", same).status_code == 400


def test_the_administration_has_the_same_door(rita, clock):
    client = Client()
    address = reverse("admin:index")
    answer = client.get(address, follow=True)
    assert answer.redirect_chain[-1][0] == f"/desk/sign-in/?next={address.replace('/', '%2F')}"
    give(client, next=address)
    assert client.get(address).status_code == 302
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    assert client.get(address).status_code == 200


def test_a_session_without_a_factor_enters_neither(rita):
    client = Client()
    client.force_login(rita)
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get(ACCOUNT).status_code == 200
    assert client.get("/desk/unmask/call/1/").url.startswith("/desk/sign-in/")
    assert "_auth_user_id" not in client.session


def test_a_session_left_alone_ends(rita, now):
    client = desk("supervisor", "rita@regulator.example")
    assert client.get(ACCOUNT).status_code == 200
    now.shift(timedelta(minutes=29))
    assert client.get(ACCOUNT).status_code == 200
    now.shift(timedelta(minutes=29))
    assert client.get(ACCOUNT).status_code == 200, "each page begins the half hour anew"
    now.shift(timedelta(minutes=31))
    assert client.get(ACCOUNT).url.startswith("/desk/sign-in/")
    assert b"You were away" in client.get("/desk/sign-in/").content
    assert "_auth_user_id" not in client.session


def test_the_administration_ends_a_session_left_alone(rita, now):
    client = desk("supervisor", "rita@regulator.example")
    address = reverse("admin:index")
    assert client.get(address).status_code == 200
    now.shift(timedelta(minutes=31))
    answer = client.get(address, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/desk/sign-in/")
    assert "_auth_user_id" not in client.session


def test_it_signs_out_by_post_only(rita):
    client = desk("supervisor", "rita@regulator.example")
    assert client.get("/desk/sign-out/").status_code == 405
    assert client.post("/desk/sign-out/").url == "/desk/sign-in/"
    assert "_auth_user_id" not in client.session


def test_factors_are_changed_only_by_who_signed_in_lately(rita, now, clock):
    client = Client()
    give(client)
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    assert client.get("/desk/account/app/").status_code == 200
    now.shift(timedelta(minutes=16))
    answer = client.get("/desk/account/app/")
    assert answer.url.startswith("/desk/sign-in/again/")
    assert client.post(answer.url, {"password": "wrong"}).status_code == 400
    answer = client.post(answer.url, {"password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/desk/account/app/")
    assert client.get("/desk/account/app/").status_code == 200


def test_a_new_app_takes_the_place_of_the_old(rita, now, clock):
    client = Client()
    give(client)
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    client.get("/desk/account/app/")
    now.shift(timedelta(seconds=60))
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/desk/account/app/", {"code": code(clock + timedelta(seconds=60), secret)})
    assert answer.status_code == 302
    [kept] = Authenticator.objects.filter(user=rita, type="totp")
    assert kept.wrap().validate_code(code(clock + timedelta(seconds=60), secret))


def test_the_last_factor_stays(rita, clock):
    client = Client()
    give(client)
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    address = f"/desk/account/factors/{staff.factors(rita).get().pk}/removal/"
    assert client.get(address).status_code == 200
    client.post(address)
    assert staff.has_factor(rita)


def test_a_factor_of_somebody_else_is_not_there(rita, clock):
    other = TOTP.activate(member("observer"), SECRET).instance
    client = Client()
    give(client)
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    assert client.post(f"/desk/account/factors/{other.pk}/removal/").status_code == 404
    assert Authenticator.objects.filter(pk=other.pk).exists()


def test_new_recovery_codes_replace_the_old(rita, clock):
    old = RecoveryCodes.activate(rita).get_unused_codes()
    client = Client()
    give(client)
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    assert client.post("/desk/account/recovery-codes/new/").url == "/desk/account/recovery-codes/"
    held = Authenticator.objects.get(user=rita, type="recovery_codes").wrap().get_unused_codes()
    assert not set(old) & set(held)


def test_nobody_signs_up_and_nothing_is_mailed(rita):
    for address in ("/accounts/login/", "/accounts/signup/", "/desk/sign-up/", "/accounts/password/reset/"):
        assert Client().get(address).status_code == 404


def test_a_broken_passkey_is_refused(rita):
    client = Client()
    give(client)
    for credential in ("", "{", "{}", '{"id": "x"}', "[]"):
        assert client.post("/desk/sign-in/code/", {"credential": credential}).status_code == 400, credential


def test_a_broken_new_passkey_is_refused(rita, clock):
    client = Client()
    give(client)
    client.post("/desk/sign-in/code/", {"code": code(clock)})
    for credential in ("", "{", "{}", '{"id": "x"}', "[]"):
        answer = client.post("/desk/account/passkeys/new/", {"name": "key", "credential": credential})
        assert answer.status_code == 400, credential
    assert staff.factors(rita).count() == 1
