"""What is logged of signing in: who came in, who failed, whose factors changed. Never a password, code or secret."""

from typing import Any

import structlog
from allauth.mfa import signals as mfa
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from compliance.desk.sign_in import SIGNED_IN
from registry import staff
from registry.portal.page import network

log = structlog.get_logger(__name__)


@receiver(user_logged_in)
def came_in(request: HttpRequest, user: Any, **_: Any) -> None:
    """The session begins: note when, for the idle clock and for what asks for a recent sign-in."""
    now = int(request.clock.timestamp()) if hasattr(request, "clock") else None
    if now is not None:
        request.session[SIGNED_IN] = request.session[staff.SEEN] = now
        log.info("signed_in", user=user.get_username(), network=network(request))


@receiver(user_logged_out)
def went(request: HttpRequest, user: Any, **_: Any) -> None:
    """The session ends."""
    if user is not None:
        log.info("signed_out", user=user.get_username())


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password. A name that nobody has is not written down: people type their password into that field."""
    name = str(credentials.get("username", ""))
    known = get_user_model().objects.filter(username=name).exists()
    where = None if request is None else network(request)
    log.warning("sign_in_failed", user=name if known else None, step="password", network=where)


@receiver(mfa.authentication_failed)
def factor_failed(request: HttpRequest, user: Any, **_: Any) -> None:
    """A wrong code."""
    log.warning("sign_in_failed", user=user.get_username(), step="factor", network=network(request))


@receiver(mfa.authenticator_used)
def factor_used(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """A second factor was shown: the session may be used."""
    staff.prove(request.session, user)
    log.info("factor_used", user=user.get_username(), kind=authenticator.type)


@receiver(mfa.authenticator_added)
def factor_added(user: Any, authenticator: Any, **_: Any) -> None:
    """A second factor was set up."""
    log.info("factor_added", user=user.get_username(), kind=authenticator.type)


@receiver([mfa.authenticator_removed, mfa.authenticator_reset])
def factor_removed(user: Any, authenticator: Any, **_: Any) -> None:
    """A second factor went, or recovery codes were replaced."""
    log.warning("factor_removed", user=user.get_username(), kind=authenticator.type)
