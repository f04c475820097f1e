-- The questions of an audit, for `facts.sql`: each call of the piece that is not judged yet, as of the call.
-- A call from an unknown number is from number 0, which is registered to nobody. Attempts are counted up to the call's
-- own check, which is itself the attempt that the call makes.
SELECT
    n, company_id, seller_id, number, coalesce(caller, 0) AS caller, sector, channel, purpose, at, at AS known_at,
    coalesce(checked_at, started_at) AS before
FROM audit_matched
WHERE n NOT IN (SELECT judged.n FROM audit_judged AS judged)
