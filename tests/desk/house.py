"""The desk in tests: members of staff who are signed in, in a role."""

from django.contrib.auth import get_user_model
from django.test import Client

from registry import roles


def member(role: str, name: str = "") -> object:
    """A member of the regulator's staff in a role."""
    user, _ = get_user_model().objects.get_or_create(username=name or f"{role}@regulator.example")
    roles.give(user=user, role=role)
    return user


def desk(role: str, name: str = "") -> Client:
    """The browser of a member of staff who is signed in."""
    client = Client()
    client.force_login(member(role, name))
    return client
