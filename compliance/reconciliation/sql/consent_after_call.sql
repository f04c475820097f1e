-- Consents that came on record only after the call they are claimed for, though they say they were given before it: where
-- nothing else carried the call then, neither another consent, nor a relationship, nor an allowed check that could be used.
-- Subqueries with a limit: a search for each call that has a claim; as joins, the planner might read whole tables.
INSERT INTO recon_found (kind, key, caller, number, at, evidence)
SELECT
    'consent_after_call', 'consent_after_call:' || reported.id, reported.caller, reported.number, reported.started_at,
    jsonb_build_object(
        'call', reported.id, 'consent', 'con_' || claimed.record_id, 'given_at', claimed.given_at,
        'recorded_at', claimed.on_record_since, 'received_at', reported.received_at,
        'late_s', round(extract(epoch FROM claimed.on_record_since - reported.started_at))
    )
FROM recon_reported AS reported
CROSS JOIN LATERAL (
    SELECT consent.record_id, consent.given_at, consent.on_record_since
    FROM registry_consent AS consent
    WHERE consent.number = reported.number AND consent.company_id = %(company)s AND (consent.recorded @> %(clock)s) IS TRUE
        AND consent.given_at <= reported.started_at AND consent.on_record_since > reported.ended_at + %(skew)s
        AND (consent.sectors >> reported.sector) & 1 = 1 AND (consent.channels >> reported.channel) & 1 = 1
    ORDER BY consent.on_record_since, consent.record_id
    LIMIT 1
) AS claimed
WHERE reported.inside
    AND (
        SELECT true
        FROM registry_consent AS earlier
        WHERE earlier.number = reported.number AND earlier.company_id = %(company)s
            -- As it was on record then: a renewal ends the earlier one where it begins itself.
            AND (earlier.recorded @> (reported.ended_at + %(skew)s)) IS TRUE
            AND earlier.status < 2 AND earlier.valid @> reported.started_at
            AND (earlier.sectors >> reported.sector) & 1 = 1 AND (earlier.channels >> reported.channel) & 1 = 1
        LIMIT 1
    ) IS NULL
    AND (
        SELECT true
        FROM registry_relationship AS related
        WHERE related.number = reported.number AND related.company_id = %(company)s
            AND (related.recorded @> %(clock)s) IS TRUE AND related.on_record_since <= reported.started_at
        LIMIT 1
    ) IS NULL
    AND (
        SELECT true
        FROM registry_check AS asked
        WHERE asked.number = reported.number AND asked.company_id = %(company)s AND asked.allowed
            AND asked.checked_at >= reported.started_at - %(lookback)s
            AND asked.checked_at <= reported.started_at + %(skew)s
            AND asked.checked_at >= %(since)s - %(lookback)s AND asked.checked_at <= %(until)s + %(skew)s
            AND asked.valid_until >= reported.started_at - %(skew)s
        LIMIT 1
    ) IS NULL
