-- Answered calls of the company's log, from its own callers, that no carrier carried: only where every carrier that is
-- known to carry for the caller that day says that its records are complete for it.
-- A leg of one call, of which one began while the other lasted, is no call of its own.
INSERT INTO recon_found (kind, key, caller, number, at, evidence)
WITH lone AS MATERIALIZED (
    SELECT reported.*
    FROM recon_reported AS reported
    WHERE reported.inside AND reported.disposition = 0 AND reported.caller IS NOT NULL
        AND NOT EXISTS (SELECT FROM recon_match AS held WHERE held.reported = reported.id)
        AND NOT EXISTS (
            SELECT
            FROM recon_reported AS main
            JOIN recon_match AS held ON held.reported = main.id
            WHERE main.number = reported.number AND (
                reported.started_at BETWEEN main.started_at AND main.ended_at + %(gap)s
                OR main.started_at BETWEEN reported.started_at AND reported.ended_at + %(gap)s
            )
        )
        AND EXISTS (
            SELECT
            FROM registry_caller AS own
            WHERE own.number = reported.caller AND own.company_id = %(company)s
                AND own.valid @> reported.started_at AND own.recorded @> %(clock)s
        )
), used AS MATERIALIZED (
    SELECT DISTINCT caller, carrier_id FROM recon_carried
), covered AS MATERIALIZED (
    SELECT coverage.caller, coverage.company_id, coverage.valid, coverage.id, coverage.recorded_at
    FROM (SELECT DISTINCT caller FROM lone) AS called
    CROSS JOIN LATERAL (
        SELECT *
        FROM compliance_carriercoverage AS coverage
        WHERE coverage.caller = called.caller AND coverage.recorded_at <= %(clock)s
            AND coverage.valid && tstzrange(%(since)s, %(until)s)
        OFFSET 0
    ) AS coverage
)
SELECT
    'not_carried', 'not_carried:' || lone.id, lone.caller, lone.number, lone.started_at,
    jsonb_build_object(
        'call', lone.id, 'seconds', round(extract(epoch FROM lone.ended_at - lone.started_at)),
        'received_at', lone.received_at, 'carriers', known.carriers, 'coverage', known.coverage,
        'covered_since', known.since, 'tolerance_s', extract(epoch FROM %(tolerance)s)
    )
FROM lone
CROSS JOIN LATERAL (
    SELECT
        array_agg(DISTINCT company_id) AS carrier_ids, jsonb_agg(DISTINCT 'com_' || company_id) AS carriers,
        jsonb_agg(DISTINCT id) AS coverage, min(recorded_at) AS since
    FROM covered
    WHERE covered.caller = lone.caller
        AND covered.valid @> tstzrange(lone.started_at - %(tolerance)s, lone.started_at + %(tolerance)s, '[]')
) AS known
WHERE known.carrier_ids IS NOT NULL AND NOT EXISTS (
    SELECT
    FROM used
    WHERE used.caller = lone.caller AND used.carrier_id <> ALL (known.carrier_ids)
)
