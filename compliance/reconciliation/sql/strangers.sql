-- The callers that belong to no company, and were not any company's at any time of the day as is known now: those from
-- which a carrier recorded %(least)s calls that day, and those that people complained of. Where two carriers recorded a
-- caller's calls, the one with more of them speaks.
INSERT INTO recon_stranger
SELECT seen.caller, seen.carrier_id, coalesce(place.jurisdiction, '*')
FROM (
    SELECT DISTINCT ON (caller) caller, carrier_id
    FROM (
        SELECT caller, company_id AS carrier_id, count(*) AS calls
        FROM compliance_carriercall
        WHERE started_at >= %(since)s AND started_at < %(until)s AND caller IS NOT NULL AND received_at <= %(clock)s
        GROUP BY caller, company_id
        HAVING count(*) >= %(least)s
        UNION ALL
        SELECT caller, NULL, 0
        FROM compliance_complaint
        WHERE called_at >= %(since)s AND called_at < %(until)s AND caller IS NOT NULL AND received_at <= %(clock)s
    ) AS heard
    ORDER BY caller, calls DESC, carrier_id
) AS seen
LEFT JOIN LATERAL (
    SELECT jurisdiction
    FROM registry_numberrange
    WHERE first <= rpad(seen.caller::text, 15, '0')::bigint AND past > rpad(seen.caller::text, 15, '0')::bigint
    ORDER BY first DESC LIMIT 1
) AS place ON true
WHERE NOT EXISTS (
    SELECT
    FROM registry_caller AS own
    WHERE own.number = seen.caller AND own.valid && tstzrange(%(since)s, %(until)s) AND own.recorded @> %(clock)s
)
