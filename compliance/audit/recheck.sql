-- The questions of checks asked again, for `facts.sql`: once for every shift of what was known and counted then.
-- n is the check's n times four and the shift's place.
SELECT
    audit_check.n * 4 + shift.place AS n, audit_check.company_id, audit_check.seller_id, audit_check.number,
    audit_check.caller, audit_check.sector, audit_check.channel, audit_check.purpose,
    audit_check.checked_at AS at,
    audit_check.checked_at - shift.known AS known_at,
    audit_check.checked_at - shift.counted AS before
FROM audit_check
CROSS JOIN unnest(%(place)s::integer[], %(known)s::interval[], %(counted)s::interval[]) AS shift (place, known, counted)
WHERE audit_check.n = ANY (%(only)s::integer[])
