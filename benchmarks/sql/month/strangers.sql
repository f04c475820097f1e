-- The calls of callers that belong to no company.
INSERT INTO compliance_carriercall (
    started_at, answered_at, ended_at, received_at, company_id, number, caller, carrier_record_id, duration_s, disposition,
    call_id
)
SELECT
    started_at, CASE WHEN answered THEN started_at + interval '8 seconds' END,
    started_at + (8 + CASE WHEN answered THEN seconds ELSE 0 END) * interval '1 second', started_at + interval '1 day',
    %(carrier)s, number, caller, %(record)s, CASE WHEN answered THEN seconds ELSE 0 END, CASE WHEN answered THEN 0 ELSE 1 END,
    'stranger-' || caller || '-' || n
FROM (
    SELECT
        told.caller, told.seconds, nth.n, told.first + nth.n %% told.numbers * told.step AS number,
        nth.n %% told.answered = 0 AS answered, told.base + nth.n * told.apart * interval '1 second' AS started_at
    FROM jsonb_to_recordset(%(strangers)s) AS told (
        caller bigint, base timestamptz, first bigint, calls integer, numbers integer, step integer, answered integer,
        seconds integer, apart integer
    )
    CROSS JOIN LATERAL generate_series(0, told.calls - 1) AS nth (n)
) AS drawn
