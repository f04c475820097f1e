-- What people bought: half a year of business.
INSERT INTO registry_relationship (
    number, company_id, kind, last_at, on_record_since, reference, valid, recorded
)
SELECT
    number, seller_id, 0, at, at, 'month-' || place, tstzrange(at, at + interval '180 days'), tstzrange(at, NULL)
FROM (
    SELECT plan.*, plan.base + bought.at * interval '1 second' AS at
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS bought (story smallint, at bigint) USING (story)
) AS drawn
