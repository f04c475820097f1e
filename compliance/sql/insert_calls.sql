-- Put the staged calls into the table of calls; out comes how many of each day (UTC) there were.
-- What was sent before is gone from them (`drop_sent_before.sql`). The first row of a file has a call, a later one with
-- the same key is a duplicate. Sorted by key, so that the index that forbids the same call twice is filled in its own
-- order.
WITH fresh AS (
    INSERT INTO compliance_call (
        company_id, call_log_id, received_at, natural_key, call_id, number, caller, started_at, answered_at, ended_at,
        duration_s, disposition, channel, sector, check_id, opt_out_requested, campaign, agent, sip_call_id)
    SELECT %(company)s, %(call_log)s, %(received_at)s, key, call_id, number, caller, started_at, answered_at, ended_at,
        duration_s, disposition, coalesce(channel, %(channel)s), coalesce(sector, %(sector)s), check_id,
        opt_out_requested, campaign, agent, sip_call_id
    FROM (
        SELECT DISTINCT ON (key) *
        FROM (SELECT coalesce(natural_key, call_id) AS key, * FROM staged_call) AS keyed
        ORDER BY key, "row"
    ) AS staged
    RETURNING started_at
)
SELECT (started_at AT TIME ZONE 'UTC')::date, count(*) FROM fresh GROUP BY 1
