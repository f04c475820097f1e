"""The words of the pages about cases for their codes, marked for translation."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATES: dict[str, Promise] = {
    "open": _("Being gathered"),
    "noticed": _("With the company"),
    "answered": _("Answered"),
    "heard": _("Heard"),
    "proposed": _("To be decided"),
    "returned": _("Sent back to the officer"),
    "decided": _("Decided"),
    "appealed": _("Under appeal"),
    "reviewed": _("Appeal decided"),
    "closed": _("Closed"),
    "withdrawn": _("Withdrawn"),
}
#: What a step did, in the timeline.
STEPS: dict[str, Promise] = {
    "open": _("Opened"),
    "gather": _("Added to"),
    "assign": _("Assigned"),
    "notify": _("Notice given to the company"),
    "respond": _("The company answered"),
    "invite": _("Hearing called"),
    "hear": _("Hearing held"),
    "propose": _("Penalty proposed"),
    "return": _("Sent back"),
    "decide": _("Decided"),
    "appeal": _("The company appealed"),
    "review": _("Appeal decided"),
    "close": _("Closed"),
    "withdraw": _("Withdrawn"),
}
#: What a step is called while it may be taken.
DO: dict[str, Promise] = {
    "gather": _("Add violations or complaints"),
    "assign": _("Assign to an officer"),
    "notify": _("Give notice to the company"),
    "respond": _("Record an answer that came on paper"),
    "invite": _("Invite to a hearing"),
    "hear": _("Record a hearing"),
    "propose": _("Propose a penalty"),
    "return": _("Send back to the officer"),
    "decide": _("Decide as proposed"),
    "appeal": _("Record an appeal"),
    "review": _("Decide on the appeal"),
    "close": _("Close the case"),
    "withdraw": _("Give the case up"),
}
CLOCKS: dict[str, Promise] = {
    "respond": _("The company answers"),
    "decide": _("The case is decided"),
    "appeal": _("The company may appeal"),
    "review": _("The appeal is decided"),
}
PENALTIES: dict[str, Promise] = {
    "none": _("No violation found"),
    "warning": _("Warning"),
    "order_correct": _("Order to correct"),
    "fine": _("Fine"),
    "suspend_new_outbound": _("Suspension of sales calls"),
    "stop_new_outbound": _("End of sales calls"),
}
REVIEWS: dict[str, Promise] = {
    "upheld": _("Upheld: all stands"),
    "penalty_lifted": _("Penalty lifted: the finding stands"),
    "annulled": _("Annulled: the finding falls too"),
}
LETTERS: dict[str, Promise] = {
    "notice": _("Notice of the case"),
    "request": _("Request for a response"),
    "invitation": _("Invitation to a hearing"),
    "decision": _("Decision"),
    "review": _("Decision on the appeal"),
    "closing": _("Closing"),
}
