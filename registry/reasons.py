"""Every reason code the register can give: its sentence, its severity, and the parameter of the policy it rests on.

One table for the API's answers, `GET /rules`, pages and reports. A test holds it against `decision.RULES`.
"""

from typing import Literal, NamedTuple

Severity = Literal["info", "minor", "major", "severe"]


class Reason(NamedTuple):
    """`detail` is one sentence for people; `parameter` names the policy value whose article is cited."""

    verdict: Literal["allow", "deny", "audit"]
    detail: str
    severity: Severity
    parameter: str


REASONS: dict[str, Reason] = {
    "consent_on_record": Reason(
        "allow", "A consent of the person for these calls is on record.", "info", "basis"
    ),
    "relationship_on_record": Reason(
        "allow", "A business relationship that the policy admits is on record.", "info", "relationship"
    ),
    "not_opted_out": Reason(
        "allow", "Nothing on record forbids the call, and the policy asks for no consent.", "info", "basis"
    ),
    "purpose_exempt": Reason(
        "allow", "The policy exempts calls for this purpose.", "info", "exempt_purposes"
    ),
    "company_not_licensed": Reason(
        "deny", "The company, or the seller it calls for, holds no licence in effect.", "severe", "basis"
    ),
    "sector_not_licensed": Reason(
        "deny", "The company, or the seller it calls for, is not licensed for this sector.", "major", "basis"
    ),
    "caller_not_registered": Reason(
        "deny", "The calling number is not registered to the company.", "major", "basis"
    ),
    "opted_out_of_company": Reason(
        "deny", "The person refused calls from this company.", "severe", "company_opt_out"
    ),
    "opted_out_of_all": Reason(
        "deny", "The person opted out of all sales calls.", "severe", "registration_grace"
    ),
    "opted_out_of_sector": Reason(
        "deny", "The person opted out of calls from this sector.", "severe", "registration_grace"
    ),
    "opted_out_of_channel": Reason(
        "deny", "The person opted out of calls on this channel.", "severe", "registration_grace"
    ),
    "consent_missing": Reason(
        "deny", "No consent of the person for these calls is on record.", "major", "basis"
    ),
    "consent_expired": Reason("deny", "The person's consent has ended.", "major", "consent_lasts"),
    "consent_revoked": Reason("deny", "The person took their consent back.", "severe", "basis"),
    "consent_disputed": Reason("deny", "The person disputes having given the consent.", "major", "basis"),
    "consent_unconfirmed": Reason(
        "deny", "The person has not confirmed the consent.", "major", "consent_confirmation"
    ),
    "consent_not_for_channel": Reason(
        "deny", "The person's consent does not cover this channel.", "major", "basis"
    ),
    "number_reassigned": Reason(
        "deny", "The number changed hands after the consent or relationship it rests on.", "major", "basis"
    ),
    "outside_calling_hours": Reason(
        "deny", "It is outside the calling hours where the person may be, or they chose.", "minor", "windows"
    ),
    "closed_day": Reason(
        "deny", "No sales calls are permitted on this day where the person may be.", "minor", "windows"
    ),
    "attempts_exceeded": Reason(
        "deny", "As many calls as the policy permits were allowed already.", "minor", "caps"
    ),
    "no_check": Reason("audit", "The call was made without asking the register.", "major", "check_validity"),
    "check_expired": Reason(
        "audit", "The call was made after the check's answer had lapsed.", "minor", "check_validity"
    ),
    "called_after_deny": Reason(
        "audit", "The register had denied the call, and it was made.", "severe", "check_validity"
    ),
    "caller_mismatch": Reason(
        "audit", "The call came from another number than the one that was checked.", "major", "check_validity"
    ),
    "call_unreported": Reason(
        "audit", "The call is known from others and missing in the company's logs.", "severe", "basis"
    ),
    "consent_backdated": Reason(
        "audit", "The consent was recorded only after the call it claims to carry.", "severe", "consent_grace"
    ),
    "attempts_exceeded_in_calls": Reason(
        "audit", "More calls were made than the policy permits.", "minor", "caps"
    ),
    "short_calls": Reason(
        "audit", "An unusual share of the caller's calls were cut within seconds.", "minor", "short_calls"
    ),
    "abandoned_calls": Reason(
        "audit", "More calls were answered by silence than the policy permits.", "minor", "abandoned_calls"
    ),
}


def citation(code: str, citations: dict[str, dict[str, str]]) -> str:
    """The article, in the policy of one answer, that a reason rests on; empty where the policy cites none."""
    return citations.get(REASONS[code].parameter, citations.get("basis", {})).get("citation", "")
