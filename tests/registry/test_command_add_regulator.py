"""`add_regulator`: staff in roles."""

import io
import json

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from registry import roles


def run(*words: str) -> dict:
    out = io.StringIO()
    call_command("add_regulator", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_makes_a_member_of_staff_with_a_password_shown_once(db):
    answer = run("Rita@Example.org", "--role", "supervisor")
    user = get_user_model().objects.get()
    assert answer == {"email": "rita@example.org", "role": "supervisor", "password": answer["password"]}
    assert (user.username, user.email) == ("rita@example.org", "rita@example.org")
    assert user.check_password(answer["password"])
    assert user.is_staff
    assert not user.is_superuser
    assert roles.of(user) == "supervisor"


def test_it_changes_the_role_and_leaves_the_password(db):
    password = run("rita@example.org", "--role", "administrator")["password"]
    answer = run("rita@example.org", "--role", "observer")
    user = get_user_model().objects.get()
    assert answer == {"email": "rita@example.org", "role": "observer"}
    assert user.check_password(password)
    assert [group.name for group in user.groups.all()] == ["observer"]
    assert not user.has_perm("registry.manage_keys")


def test_it_makes_a_new_password_when_asked(db):
    run("rita@example.org", "--role", "observer")
    password = run("rita@example.org", "--role", "observer", "--new-password")["password"]
    assert get_user_model().objects.get().check_password(password)


def test_it_reads_a_password_from_a_file(db, tmp_path):
    file = tmp_path / "password"
    file.write_text("correct horse battery staple\n")
    answer = run("rita@example.org", "--role", "analyst", "--password-file", str(file))
    assert "password" not in answer
    assert get_user_model().objects.get().check_password("correct horse battery staple")


@pytest.mark.parametrize(
    ("words", "password"),
    [
        (["not an address", "--role", "analyst"], None),
        (["rita@example.org", "--role", "king"], None),
        (["rita@example.org"], None),
        (["rita@example.org", "--role", "analyst"], "12345"),
        (["rita@example.org", "--role", "analyst"], ""),
    ],
)
def test_it_refuses(words, password, db, tmp_path):
    if password is not None:
        (tmp_path / "password").write_text(password)
        words = [*words, "--password-file", str(tmp_path / "password")]
    with pytest.raises(CommandError):
        run(*words)
    assert not get_user_model().objects.exists()


def test_each_role_may_look_and_do_what_the_table_says(db):
    roles.ensure()
    for role, names in roles.ROLES.items():
        user = get_user_model().objects.create_user(f"{role}@example.org")
        roles.give(user=user, role=role)
        assert user.has_perm("registry.view_optout"), role
        assert {name for name in roles.PERMISSIONS if user.has_perm(f"registry.{name}")} == set(names)
        changing = [
            name
            for name in user.get_all_permissions()
            if name.startswith(("registry.change", "registry.delete"))
        ]
        assert changing == []
        assert user.has_perm("auth.change_user") == (role == "administrator")
