"""What a role permits follows the table when a release changes it."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from tests.desk.house import member

pytestmark = pytest.mark.django_db


def test_it_renews_roles_with_each_migration():
    member("case_officer")
    Group.objects.get(name="case_officer").permissions.clear()
    call_command("migrate", verbosity=0)
    assert member("case_officer").has_perm("registry.handle_cases")


def test_it_makes_no_roles_where_there_are_none():
    call_command("migrate", verbosity=0)
    assert not Group.objects.exists()
