"""The words of reports and of the desk's figures: what each figure is called and means, and the names of codes.

A figure is defined here once, and wherever it is shown its definition stands with it.
"""

from typing import Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.portal.words import STATES as COMPLAINT_STATES
from compliance.portal.words import STEPS
from registry.portal.words import SECTORS


class Figure(NamedTuple):
    """`unit` says how a value is written."""

    title: Promise
    means: Promise
    unit: Literal["count", "share", "hours", "days", "time"] = "count"


FIGURES: dict[str, Figure] = {
    "companies_active": Figure(
        _("Companies active"), _("Companies that asked the register or reported a call in the period.")
    ),
    "checks": Figure(
        _("Checks"), _("Questions put to the register before a call, one by one or by list, in the period.")
    ),
    "denied": Figure(_("Denied"), _("Checks that were answered with no.")),
    "denied_share": Figure(_("Share denied"), _("Denied checks, of all checks."), "share"),
    "calls": Figure(
        _("Calls reported"),
        _("Calls that began in the period and whose log was loaded by the moment of the report."),
    ),
    "audited": Figure(
        _("Calls audited"),
        _("Calls that were on record when the last completed audit of their company and day began."),
    ),
    "audited_share": Figure(_("Share audited"), _("Audited calls, of the calls reported."), "share"),
    "violating": Figure(
        _("Calls with a violation"),
        _(
            "Audited calls with at least one violation that was not withdrawn or dismissed. A call counts once."
        ),
    ),
    "violation_rate": Figure(
        _("Violation rate"), _("Calls with a violation, of the calls audited."), "share"
    ),
    "rate_low": Figure(
        _("Rate, at least"),
        _("Lower end of the interval in which the rate lies with 95 % confidence (Wilson). Ranks by it."),
        "share",
    ),
    "rate_high": Figure(_("Rate, at most"), _("Upper end of the same interval."), "share"),
    "violations": Figure(
        _("Violations"),
        _(
            "Findings about calls of the period that were not withdrawn or dismissed. A call may have several."
        ),
    ),
    "violations_found": Figure(
        _("Findings"), _("All findings about calls of the period, whatever became of them.")
    ),
    "complaints": Figure(_("Complaints"), _("Complaints received in the period.")),
    "complaints_open": Figure(_("Open"), _("Of these, neither closed nor withdrawn nor joined to another.")),
    "complaints_relayed": Figure(_("With a company"), _("Of these, sent to a company.")),
    "complaints_answered": Figure(_("Answered"), _("Of these, answered by the company.")),
    "complaints_closed": Figure(_("Closed"), _("Of these, decided.")),
    "timed": Figure(_("Steps with a clock"), _("Steps taken while a clock of the policy ran.")),
    "in_time": Figure(_("In time"), _("Of these, taken before the clock ran out.")),
    "in_time_share": Figure(_("Share in time"), _("Steps in time, of the steps with a clock."), "share"),
    "steps_taken": Figure(_("Steps"), _("How often the step was taken.")),
    "hours_median": Figure(
        _("Median hours"), _("Half of them took no longer since the step before, or since receipt."), "hours"
    ),
    "hours_most": Figure(_("90 % within hours"), _("Nine of ten took no longer than this."), "hours"),
    "days_active": Figure(
        _("Company-days"), _("Days (UTC) on which a company asked or called, counted for each company.")
    ),
    "days_audited": Figure(_("Company-days audited"), _("Of these, with a completed audit.")),
    "days_audited_share": Figure(_("Share of days audited"), _("Audited company-days, of all."), "share"),
    "companies_silent": Figure(
        _("Silent companies"),
        _(
            "Companies that asked in the period or sent logs before it ended, and whose last log is a week old or more."
        ),
    ),
    "last_check": Figure(_("Last check"), _("When it last asked, in the period."), "time"),
    "last_log": Figure(_("Last log"), _("When its last call log was loaded."), "time"),
    "days_silent": Figure(_("Days silent"), _("Whole days since then, to the end of the period."), "days"),
    "allowed_since_log": Figure(
        _("Allowed since"), _("Calls it was allowed to dial since its last log, and has not accounted for.")
    ),
    "calling_numbers": Figure(_("Calling numbers"), _("Numbers it may call from, on the last day.")),
    "licensed_since": Figure(_("Licensed since"), _("When the licence began."), "time"),
}
#: What the rows of a table are by.
LABELS: dict[str, Promise] = {
    "day": _("Day"),
    "month": _("Month"),
    "company": _("Company"),
    "sector": _("Sector"),
    "region": _("Region"),
    "week": _("Week from"),
    "code": _("Rule"),
    "reason": _("Reason"),
    "status": _("Status"),
    "step": _("Step"),
    "state": _("State"),
}
#: Rules that may be broken, and reasons of answers, in a few words; their sentences are `registry/reasons.py`.
CODES: dict[str, Promise] = {
    "consent_on_record": _("Consent on record"),
    "relationship_on_record": _("Relationship on record"),
    "not_opted_out": _("Not opted out"),
    "purpose_exempt": _("Exempt purpose"),
    "company_not_licensed": _("Company not licensed"),
    "sector_not_licensed": _("Sector not licensed"),
    "caller_not_registered": _("Calling number not registered"),
    "opted_out_of_company": _("Opted out of the company"),
    "opted_out_of_all": _("Opted out of all calls"),
    "opted_out_of_sector": _("Opted out of the sector"),
    "opted_out_of_channel": _("Opted out of the channel"),
    "consent_missing": _("No consent"),
    "consent_expired": _("Consent expired"),
    "consent_revoked": _("Consent taken back"),
    "consent_disputed": _("Consent disputed"),
    "consent_unconfirmed": _("Consent not confirmed"),
    "consent_not_for_channel": _("Consent not for this channel"),
    "number_reassigned": _("Number changed hands"),
    "outside_calling_hours": _("Outside calling hours"),
    "closed_day": _("Closed day"),
    "attempts_exceeded": _("Too many attempts"),
    "no_check": _("Called without asking"),
    "check_expired": _("Check had expired"),
    "called_after_deny": _("Called after a no"),
    "caller_mismatch": _("Called from another number"),
    "call_unreported": _("Call not reported"),
    "consent_backdated": _("Consent backdated"),
    "attempts_exceeded_in_calls": _("Too many calls made"),
    "short_calls": _("Cut within seconds"),
    "abandoned_calls": _("Answered by silence"),
}
SEVERITIES: dict[str, Promise] = {
    "info": _("For information"),
    "minor": _("Minor"),
    "major": _("Major"),
    "severe": _("Severe"),
}
STATUSES: dict[str, Promise] = {
    "open": _("Open"),
    "answered": _("Answered"),
    "confirmed": _("Confirmed"),
    "dismissed": _("Dismissed"),
    "withdrawn": _("Withdrawn"),
}
#: The state of a job: a report, a call log, an audit.
JOB_STATES: dict[str, Promise] = {
    "queued": _("Waiting"),
    "running": _("Under way"),
    "completed": _("Completed"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
}
_OF: dict[str, dict[str, Promise]] = {
    "sector": SECTORS,
    "code": CODES,
    "reason": CODES,
    "status": STATUSES,
    "step": STEPS,
    "state": {name: shown[0] for name, shown in COMPLAINT_STATES.items()},
}


def label(by: str, value: str | None) -> str:
    """What a row is called, in the page's language; of a company, its id as given."""
    if not value:
        return str(_("Unknown"))
    return str(_OF.get(by, {}).get(value, value))
