"""What a worker process of the figure `audit` does. It imports nothing of the project before that is set up."""

from datetime import UTC, date, datetime


def audit_day(pair: tuple[int, date]) -> int:
    """Audit one company-day; its calls."""
    from compliance.audit import audit

    company, day = pair
    outcome = audit.audit(company, day, clock=datetime.now(UTC))
    if outcome["state"] != "completed":
        raise RuntimeError(f"company {company}: {outcome['state']}: {outcome['problem']}")
    return int(outcome["calls"])
