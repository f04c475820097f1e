"""The administration for the regulator's staff: plain Django admin over everything, for looking and for acting.

Nothing is edited here: history is superseded by verbs, and the acts of a page (`acts.py`) call them. What a role may
do stands in `registry/roles.py`.
"""

from django.contrib import admin

from registry.admin import (  # noqa: F401  (each registers its pages)
    access_records,
    checks,
    companies,
    consents,
    disputes,
    keys,
    opt_outs,
    policies,
    reassignments,
    relationships,
    staff,
)

admin.site.site_header = "Register of telemarketing consent"
admin.site.site_title = "Register"
admin.site.index_title = "Administration"
