-- The calls, as logs of the month report them the day after.
INSERT INTO compliance_call (
    started_at, answered_at, ended_at, received_at, company_id, number, caller, check_id, call_log_id, duration_s,
    disposition, channel, sector, opt_out_requested, call_id, natural_key
)
SELECT
    started_at, CASE WHEN disposition = 0 THEN started_at + interval '8 seconds' END,
    started_at + (8 + seconds) * interval '1 second', started_at + interval '1 day',
    company_id, number, caller, check_id, %(call_log)s, CASE WHEN disposition = 0 THEN seconds ELSE 0 END,
    disposition, channel, sector, false, key, key
FROM (
    SELECT
        plan.base + made.at * interval '1 second' AS started_at, plan.company_id, plan.number,
        CASE WHEN made.sellers_line THEN %(sellers_line)s ELSE plan.caller + made.line END AS caller, held.id AS check_id, made.disposition, made.channel,
        CASE WHEN made.other_sector THEN plan.other_sector ELSE plan.sector END AS sector,
        'month-' || plan.place || '-' || made.nth AS key, pg_temp.chance(plan.place, 63, 240) AS seconds
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS made (
        story smallint, nth integer, at bigint, "check" integer, line integer, disposition smallint,
        other_sector boolean, channel smallint, sellers_line boolean
    ) USING (story)
    LEFT JOIN month_check AS held ON held.place = plan.place AND held.nth = made."check"
) AS drawn
