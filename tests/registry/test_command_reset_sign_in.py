"""`reset_sign_in`: a new start for who has lost their second factor."""

import io
import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.urls import reverse
from structlog.testing import capture_logs

from registry.models import GivenPassword
from tests.desk.house import member, signed_in

pytestmark = pytest.mark.django_db


def run(email: str) -> dict:
    out = io.StringIO()
    call_command("reset_sign_in", email, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_takes_the_factors_ends_the_sessions_and_gives_a_password(django_user_model):
    user = member("supervisor")
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client = signed_in(user)
    address = reverse("admin:index")
    assert client.get(address).status_code == 200
    with capture_logs() as logs:
        answer = run(user.username.upper())
    assert answer["factors"] == 1
    assert not Authenticator.objects.exists()
    assert GivenPassword.objects.get().user == user
    assert django_user_model.objects.get().check_password(answer["password"])
    assert client.get(address).status_code == 302
    assert answer["password"] not in str(logs)
    assert "sign_in_reset" in {line["event"] for line in logs}


def test_it_knows_only_staff(django_user_model):
    django_user_model.objects.create_user("ana@example.org")
    for name in ("ana@example.org", "nobody@example.org"):
        with pytest.raises(CommandError):
            run(name)
    assert not GivenPassword.objects.exists()
