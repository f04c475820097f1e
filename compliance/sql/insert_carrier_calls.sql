-- Put the staged calls into the table of carrier calls; out comes how many of each day (UTC) were new.
-- In the order of the key that forbids the same call twice, so that two loaders wait for each other and never both.
WITH fresh AS (
    INSERT INTO compliance_carriercall (
        company_id, carrier_record_id, received_at, call_id, number, caller, started_at, answered_at, ended_at, duration_s,
        disposition, sip_call_id)
    SELECT %(company)s, %(carrier_record)s, %(received_at)s, call_id, number, caller, started_at, answered_at, ended_at,
        duration_s, disposition, sip_call_id
    FROM staged_call
    ORDER BY started_at, number, call_id, "row"
    ON CONFLICT (started_at, company_id, number, call_id) DO NOTHING
    RETURNING started_at
)
SELECT (started_at AT TIME ZONE 'UTC')::date, count(*) FROM fresh GROUP BY 1
