-- The questions of an audit, for `many.py`: each call of the piece as of the call, and each check of the piece as it was
-- asked, under minus its n.
-- A call from an unknown number is from number 0, which is registered to nobody. Attempts are counted up to the call's
-- own check, which is itself the attempt that the call makes.
INSERT INTO many_question
SELECT
    n, company_id, seller_id, number, coalesce(caller, 0), sector, channel, purpose, at, at,
    coalesce(checked_at, started_at)
FROM audit_matched
UNION ALL
SELECT -n, company_id, seller_id, number, caller, sector, channel, purpose, checked_at, checked_at, checked_at
FROM audit_check
WHERE number >= %(first)s AND number < %(past)s
