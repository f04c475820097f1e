-- What people said no to: a row as first on record, and one more where it was withdrawn.
INSERT INTO registry_optout (
    id, record_id, number, scope, sector, company_id, channels, days, from_minute, to_minute, said_at, source,
    reporter_id, valid, recorded
)
SELECT
    CASE WHEN version = 0 THEN record ELSE nextval(pg_get_serial_sequence('registry_optout', 'id')) END, record,
    number, scope, CASE scope WHEN 1 THEN sector END, CASE scope WHEN 2 THEN company_id END, channels, NULL,
    from_minute, to_minute, said_at, 0, NULL,
    CASE version WHEN 0 THEN tstzrange(said_at, NULL) ELSE tstzrange(said_at, withdrawn_at) END,
    CASE version WHEN 0 THEN tstzrange(said_at, withdrawn_at) ELSE tstzrange(withdrawn_at, NULL) END
FROM (
    SELECT
        plan.number, plan.sector, said.scope, said.channels, said.from_minute, said.to_minute,
        CASE WHEN said.of_others THEN %(stranger)s::bigint ELSE plan.seller_id END AS company_id,
        nextval(pg_get_serial_sequence('registry_optout', 'id')) AS record,
        plan.base + said.said * interval '1 second' AS said_at,
        plan.base + said.withdrawn * interval '1 second' AS withdrawn_at
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS said (
        story smallint, said bigint, scope smallint, channels integer, withdrawn bigint, of_others boolean,
        from_minute smallint, to_minute smallint
    ) USING (story)
) AS drawn
JOIN generate_series(0, 1) AS version ON version = 0 OR withdrawn_at IS NOT NULL
