-- What people agreed to: a row as first on record, and two more where it was turned.
INSERT INTO registry_consent (
    id, record_id, number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late,
    superseded, method, notice_id, evidence, source_url, reference, valid, recorded
)
SELECT
    CASE WHEN version = 0 THEN record ELSE nextval(pg_get_serial_sequence('registry_consent', 'id')) END, record,
    number, seller_id, 1 << sector, channels, CASE WHEN version < 2 THEN 0 ELSE status END,
    given_at, ends_at, recorded_at, false, false, 0, %(notice)s, '[]', '', 'month-' || place || '-' || nth,
    CASE version
        WHEN 0 THEN tstzrange(given_at, ends_at)
        WHEN 1 THEN tstzrange(given_at, turned_at)
        ELSE tstzrange(turned_at, CASE WHEN status = 1 THEN ends_at END)
    END,
    CASE
        WHEN version > 0 THEN tstzrange(turned_at, NULL)
        ELSE tstzrange(recorded_at, turned_at)
    END
FROM (
    SELECT
        plan.place, plan.number, plan.seller_id, held.nth, held.channels, held.status,
        CASE WHEN held.other_sector THEN plan.other_sector ELSE plan.sector END AS sector,
        nextval(pg_get_serial_sequence('registry_consent', 'id')) AS record,
        plan.base + held.given * interval '1 second' AS given_at,
        plan.base + held.recorded * interval '1 second' AS recorded_at,
        plan.base + held.ends * interval '1 second' AS ends_at,
        plan.base + held.turned * interval '1 second' AS turned_at
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS held (
        story smallint, nth integer, given bigint, recorded bigint, ends bigint, channels integer,
        other_sector boolean, turned bigint, status smallint
    ) USING (story)
) AS drawn
JOIN generate_series(0, 2) AS version ON version = 0 OR turned_at IS NOT NULL
