"""The words of the portal for the register's codes and errors, marked for translation."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry import errors
from registry.errors import RegistryError

SECTORS: dict[str, Promise] = {
    "insurance": _("Insurance"),
    "finance": _("Loans, cards and investments"),
    "real_estate": _("Real estate"),
    "education": _("Education and training"),
    "health": _("Health"),
    "consumer_goods": _("Consumer goods and cars"),
    "telecom_it": _("Telephone, internet and IT"),
    "travel": _("Travel and leisure"),
    "food": _("Food and drink"),
    "other": _("Everything else"),
}
CHANNELS: dict[str, Promise] = {
    "live": _("Calls by a person"),
    "autodialed": _("Calls dialled by a machine"),
    "prerecorded": _("Recorded or synthetic voices"),
    "sms": _("Text messages"),
}
DAYS: dict[str, Promise] = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
    "holiday": _("Public holidays"),
}
#: How an opt-out came in.
SOURCES: dict[str, Promise] = {
    "portal": _("on this site"),
    "sms": _("by text message"),
    "phone": _("by telephone"),
    "company": _("through the company"),
    "carrier": _("through your carrier"),
    "regulator": _("through the regulator"),
    "call": _("said during a call"),
    "import": _("from a list"),
}
METHODS: dict[str, Promise] = {
    "web_form": _("A form on the web"),
    "paper": _("On paper"),
    "voice_recording": _("Recorded during a call"),
    "sms": _("By text message"),
    "in_person": _("In person"),
}
CONSENT_STATUSES: dict[str, Promise] = {
    "recorded": _("Claimed by the company"),
    "confirmed": _("Confirmed by you"),
    "disputed": _("Disputed by you"),
    "revoked": _("Taken back by you"),
    "expired": _("Expired"),
    "superseded": _("Replaced by a newer one"),
}
#: What a company keeps as its proof, by the type it gives; other types are shown as they are.
EVIDENCE: dict[str, Promise] = {
    "web_form": _("The form on the web"),
    "page": _("The page"),
    "screenshot": _("A picture of the screen"),
    "paper": _("The paper"),
    "voice_recording": _("The recording"),
    "recording": _("The recording"),
    "sms": _("The text message"),
    "in_person": _("What was signed in person"),
}
DISPUTE_STEPS: dict[str, Promise] = {
    "answer": _("The company answered"),
    "object": _("You objected to its answer"),
}
RELATIONSHIPS: dict[str, Promise] = {
    "purchase": _("You bought something"),
    "contract": _("You have a contract"),
    "inquiry": _("You asked about something"),
}
#: What a carer may do.
CARER_SCOPES: dict[str, Promise] = {
    "refusals": _("Refuse calls, and take that back"),
    "everything": _("That, and see who called, answer for consents, and complain"),
}
#: What a carer did, by the name of the page's address.
CARER_ACTS: dict[str, Promise] = {
    "opt-outs": _("Refused all sales calls"),
    "opt-out-sectors": _("Chose sectors to refuse"),
    "opt-out-channels": _("Chose kinds of call to refuse"),
    "opt-out-hours": _("Refused certain times"),
    "opt-out-withdrawal": _("Took a refusal back"),
    "opt-out-renewal": _("Refused again"),
    "company-refusal": _("Refused a company"),
    "company-permission": _("Let a company call"),
    "consent-step": _("Answered for a consent"),
    "consent": _("Objected to a company's answer"),
    "complain": _("Complained about a call"),
    "acting": _("Stopped acting"),
}
#: What a check was answered on, in the words of the person it was about.
REASONS: dict[str, Promise] = {
    "consent_on_record": _("It holds a consent of yours."),
    "relationship_on_record": _("You are its customer, by its account."),
    "not_opted_out": _("You have refused nothing that forbids it."),
    "purpose_exempt": _("Calls for this purpose are exempt."),
    "company_not_licensed": _("The company has no licence."),
    "sector_not_licensed": _("The company is not licensed for this sector."),
    "caller_not_registered": _("The calling number is not registered to the company."),
    "opted_out_of_company": _("You refused this company."),
    "opted_out_of_all": _("You refused all sales calls."),
    "opted_out_of_sector": _("You refused this sector."),
    "opted_out_of_channel": _("You refused calls of this kind."),
    "consent_missing": _("It holds no consent of yours."),
    "consent_expired": _("The consent it holds has expired."),
    "consent_revoked": _("You took your consent back."),
    "consent_disputed": _("You dispute the consent it claims."),
    "consent_unconfirmed": _("You have not confirmed the consent it claims."),
    "consent_not_for_channel": _("Your consent does not cover calls of this kind."),
    "number_reassigned": _("What it held was given by an earlier holder of your number."),
    "outside_calling_hours": _("It was outside the permitted hours, or the hours you chose."),
    "closed_day": _("No sales calls are permitted on that day."),
    "attempts_exceeded": _("It had asked as often as it may."),
}

_PROBLEMS: dict[type[RegistryError], Promise] = {
    errors.TooManyRequests: _("Too many requests came from you or from your network."),
    errors.OptOutOnRecord: _("The same refusal stands already."),
    errors.ConsentNotOpen: _("The consent has changed meanwhile; look at it again."),
    errors.CodeSpent: _("That code works no longer. Ask for a new one."),
    errors.ServiceUnavailable: _("The register cannot answer at the moment. Please try again in a minute."),
}
#: `registry.phone.BadNumber` and what to do about it.
BAD_NUMBERS: dict[str, Promise] = {
    "number_missing": _("Enter your phone number."),
    "number_malformed": _("Use digits only, with spaces or hyphens if you like."),
    "number_not_e164": _("Write the number with + and its country code."),
    "number_region_unknown": _("Write the number with + and its country code."),
    "number_not_possible": _("That number is too short or too long. Check it, digit by digit."),
    "number_not_valid": _("That number begins with no country code we know."),
    "number_not_geographic": _("That is a service number; nobody's telephone rings there."),
}


def problem(error: RegistryError) -> Promise:
    """What a domain error means to the person on the page."""
    for kind, sentence in _PROBLEMS.items():
        if isinstance(error, kind):
            return sentence
    return _("That could not be done as it was sent. Go back and try once more.")
