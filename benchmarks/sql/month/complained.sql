-- The calls that are complained of: number, caller, sector, when it was, and the ground that must be found.
SELECT
    plan.place, plan.number, plan.caller, plan.sector, plan.base + about.at * interval '1 second', about.ground
FROM month_plan AS plan
JOIN jsonb_to_recordset(%(rows)s) AS about (story smallint, at bigint, ground text) USING (story)
ORDER BY plan.place
