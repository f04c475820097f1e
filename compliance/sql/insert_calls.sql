-- Put the staged calls that are new into the table of calls; out comes how many of each day (UTC) were.
-- The first row of a file has a call, a later one with the same key is a duplicate. Sorted by key, so that the index
-- that forbids the same call twice is filled in its own order.
WITH fresh AS (
    INSERT INTO compliance_call (
        company_id, call_log_id, received_at, natural_key, call_id, number, caller, started_at, answered_at, ended_at,
        duration_s, disposition, channel, sector, check_id, opt_out_requested, campaign, agent, sip_call_id)
    SELECT %(company)s, %(call_log)s, %(received_at)s, staged.natural_key, staged.call_id, staged.number,
        staged.caller, staged.started_at, staged.answered_at, staged.ended_at, staged.duration_s,
        array_position(%(dispositions)s::text[], staged.disposition) - 1,
        array_position(%(channels)s::text[], coalesce(staged.channel, %(channel)s)) - 1,
        array_position(%(sectors)s::text[], coalesce(staged.sector, %(sector)s)) - 1,
        -- An id that is none of ours is kept as absent: what it means that no check is named, the audit says.
        CASE WHEN staged.check_id ~ '^chk_[1-9][0-9]{0,17}$' THEN substr(staged.check_id, 5)::bigint END,
        staged.opt_out_requested, nullif(staged.campaign, ''), nullif(staged.agent, ''),
        nullif(staged.sip_call_id, '')
    FROM (SELECT DISTINCT ON (natural_key) * FROM staged_call ORDER BY natural_key, "row") AS staged
    ON CONFLICT (company_id, natural_key, started_at) DO NOTHING
    RETURNING started_at
)
SELECT (started_at AT TIME ZONE 'UTC')::date, count(*) FROM fresh GROUP BY 1
