"""The desk in tests: members of staff who are signed in, in a role."""

import time

from django.contrib.auth import get_user_model
from django.test import Client

from registry import roles, staff


def member(role: str, name: str = "") -> object:
    """A member of the regulator's staff in a role."""
    user, _ = get_user_model().objects.get_or_create(username=name or f"{role}@regulator.example")
    roles.give(user=user, role=role)
    return user


def desk(role: str, name: str = "") -> Client:
    """The browser of a member of staff who is signed in."""
    return signed_in(member(role, name))


def signed_in(user: object, client: Client | None = None) -> Client:
    """A browser in which a user has shown a password and a second factor."""
    client = client or Client()
    client.force_login(user)
    session = client.session
    staff.prove(session, user)
    session[staff.SEEN] = int(time.time())
    session.save()
    return client
