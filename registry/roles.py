"""Roles of the regulator's staff: what each may do. One table; groups in the database are made from it."""

from typing import Any

#: What may be done in the administration beyond looking, and in which words it is asked for.
PERMISSIONS = {
    "unmask_numbers": "Can see whole numbers, giving a reason",
    "enter_companies": "Can enter companies and their calling numbers",
    "license_companies": "Can license and reinstate companies",
    "suspend_companies": "Can suspend companies",
    "manage_keys": "Can issue and revoke API keys",
    "write_opt_outs": "Can register and withdraw opt-outs",
    "decide_consents": "Can confirm, dispute and revoke consents",
    "decide_violations": "Can confirm and dismiss violations",
    "handle_complaints": "Can relay, join, refer and close complaints",
    "handle_cases": "Can open cases and take their steps",
    "decide_cases": "Can decide cases and appeals",
    "load_carrier_records": "Can load the call records of carriers",
    "plan_campaigns": "Can plan and close special actions",
    "make_reports": "Can make reports",
    "replay_policies": "Can ask what a draft policy would have answered",
    "resolve_incidents": "Can resolve incidents",
    "manage_staff": "Can see and change users and roles",
}

_ANALYST = ("load_carrier_records", "make_reports", "replay_policies")
_CASE_OFFICER = (*_ANALYST, "unmask_numbers", "decide_violations", "handle_complaints", "handle_cases")
_SUPERVISOR = (
    *_CASE_OFFICER,
    "license_companies",
    "suspend_companies",
    "decide_consents",
    "resolve_incidents",
    "decide_cases",
    "plan_campaigns",
)

#: A role's permissions on top of looking, which every role may.
ROLES: dict[str, tuple[str, ...]] = {
    "observer": (),
    "analyst": _ANALYST,
    "case_officer": _CASE_OFFICER,
    "supervisor": _SUPERVISOR,
    "administrator": tuple(PERMISSIONS),
}
#: Applications whose rows not everybody may look at: users and their sessions, the log of the administration.
STAFF_APPS = ("auth", "admin", "sessions", "contenttypes")
#: The permissions of `auth` that come with `manage_staff`.
STAFF_PERMISSIONS = ("view_user", "add_user", "change_user", "view_group", "view_logentry")


def ensure() -> None:
    """Bring the groups of the roles in line with the table. Safe to run again; other groups are left alone."""
    from django.contrib.auth.models import Group, Permission

    looking = list(
        Permission.objects.filter(codename__startswith="view_").exclude(
            content_type__app_label__in=STAFF_APPS
        )
    )
    doing = {
        permission.codename: permission
        for permission in Permission.objects.filter(
            content_type__app_label="registry", codename__in=PERMISSIONS
        )
    }
    staff = list(
        Permission.objects.filter(content_type__app_label__in=STAFF_APPS, codename__in=STAFF_PERMISSIONS)
    )
    for role, names in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        permissions = [*looking, *(doing[name] for name in names)]
        group.permissions.set(permissions + (staff if "manage_staff" in names else []))


def renew() -> None:
    """`ensure`, where the roles are there already; a register without staff needs none."""
    from django.contrib.auth.models import Group

    if Group.objects.filter(name__in=ROLES).exists():
        ensure()


def give(*, user: Any, role: str) -> None:
    """Make `user` a member of staff in `role`, and in no other. Raises KeyError for an unknown role."""
    from django.contrib.auth.models import Group

    if role not in ROLES:
        raise KeyError(role)
    ensure()
    user.groups.remove(*Group.objects.filter(name__in=ROLES))
    user.groups.add(Group.objects.get(name=role))
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def of(user: Any) -> str | None:
    """The role of a user, or None."""
    return user.groups.filter(name__in=ROLES).values_list("name", flat=True).first()
