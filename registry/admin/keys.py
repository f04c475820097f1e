"""Pages of API keys: issuing one, whose secret is shown once, and revoking one."""

from django import forms
from django.contrib import admin

from registry import companies, ids
from registry.admin.acts import Act, Doing, Done
from registry.admin.columns import company, listed, public
from registry.admin.pages import RecordAdmin
from registry.admin.searching import Keys
from registry.companies import DEFAULT_SCOPES
from registry.errors import InvalidInput
from registry.models import ApiKey
from registry.models.companies import SCOPES


class IssueForm(forms.Form):
    """What a key may do, and for how long."""

    scopes = forms.MultipleChoiceField(choices=SCOPES, initial=list(DEFAULT_SCOPES))
    test = forms.BooleanField(required=False, help_text="A test key never meets live data.")
    expires_at = forms.DateTimeField(
        required=False, help_text="When it ends by itself, UTC; empty: it does not."
    )


def _issue(doing: Doing) -> Done:
    if len(doing.rows) > 1:
        raise InvalidInput("Keys are issued to one company at a time")
    expires_at = doing.data["expires_at"]
    if expires_at is not None and expires_at <= doing.moment.at:
        raise InvalidInput("A key that ends in the past would never work")
    key, secret = companies.issue_key(
        company=doing.rows[0],
        scopes=doing.data["scopes"],
        test=doing.data["test"],
        expires_at=expires_at,
        moment=doing.moment,
    )
    return Done("The key is shown this once.", ((ids.public("key", key.pk), secret),))


def _revoke(doing: Doing) -> Done:
    for row in doing.rows:
        companies.revoke_key(key=row, moment=doing.moment)
    return Done(f"{len(doing.rows)} key(s) revoked.")


ISSUE_KEY = Act("issue-key", "Issue a key", "manage_keys", _issue, IssueForm)


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    """Keys by their visible beginning; the secret is nowhere."""

    keys = Keys(prefix="key", company="company")
    list_select_related = ("company",)
    list_display = (
        "prefix",
        public("key"),
        company(),
        listed("scopes"),
        "livemode",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("livemode",)
    fields = readonly_fields = list_display
    acts = (
        Act(
            "revoke",
            "Revoke",
            "manage_keys",
            _revoke,
            fits=lambda row, moment: row.works(moment.at),
            explanation="The key stops to work at once, and for good.",
        ),
    )
