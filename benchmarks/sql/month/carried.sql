-- What carriers recorded of the stories, by clocks that are off by up to 80 seconds; in the register the day after.
INSERT INTO compliance_carriercall (
    started_at, answered_at, ended_at, received_at, company_id, number, caller, carrier_record_id, duration_s, disposition,
    call_id
)
SELECT
    started_at, CASE WHEN disposition = 0 THEN started_at + interval '8 seconds' END,
    started_at + (8 + seconds) * interval '1 second', started_at + interval '1 day', carrier_id, number, caller, record_id,
    CASE WHEN disposition = 0 THEN seconds ELSE 0 END, disposition, key
FROM (
    SELECT
        plan.base + (made.at + CASE WHEN made.exact THEN 0 ELSE pg_temp.chance(plan.place, 70 + made.carrier, 161) - 80 END)
            * interval '1 second' AS started_at,
        plan.number, CASE WHEN made.sellers_line THEN %(sellers_line)s ELSE plan.caller + made.line END AS caller,
        made.disposition, 'month-' || plan.place || '-' || made.nth AS key,
        pg_temp.chance(plan.place, 63, 240) AS seconds, carrier.carrier_id, carrier.record_id
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS made (
        story smallint, nth integer, at bigint, disposition smallint, line integer, sellers_line boolean, carrier integer,
        exact boolean
    ) USING (story)
    JOIN jsonb_to_recordset(%(carriers)s) AS carrier (place integer, carrier_id bigint, record_id bigint)
        ON carrier.place = made.carrier
) AS drawn
