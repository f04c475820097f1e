-- Numbers that changed hands.
INSERT INTO registry_reassignment (number, source, valid, recorded)
SELECT number, 'carrier', tstzrange(at, NULL), tstzrange(at, NULL)
FROM (
    SELECT plan.number, plan.base + gone.at * interval '1 second' AS at
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS gone (story smallint, at bigint) USING (story)
) AS drawn
