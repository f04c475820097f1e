-- Which of some checks are about numbers that lie elsewhere in today's numbering plan than in the plan of their time:
-- other law, hours or holidays, so that their answer cannot be asked again.
SELECT audit_check.n
FROM audit_check
CROSS JOIN LATERAL (SELECT rpad(audit_check.number::text, 15, '0')::bigint AS padded) AS digits
CROSS JOIN LATERAL (
    SELECT jurisdiction, zone_key, calendar FROM registry_formerrange
    WHERE until > audit_check.checked_at AND first <= padded AND past > padded
    ORDER BY until LIMIT 1
) AS former
LEFT JOIN LATERAL (
    SELECT jurisdiction, zone_key, calendar, past FROM registry_numberrange
    WHERE first <= padded ORDER BY first DESC LIMIT 1
) AS place ON place.past > padded
WHERE audit_check.n = ANY (%(only)s::integer[])
    AND (former.jurisdiction, former.zone_key, former.calendar)
        IS DISTINCT FROM (place.jurisdiction, place.zone_key, place.calendar)
