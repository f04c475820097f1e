-- Consents that a calling company holds, one of each number, all given before %(before)s. One in ten was confirmed later,
-- one in fifty taken back.
INSERT INTO registry_consent (
    id, record_id, number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late,
    superseded, method, notice_id, evidence, source_url, reference, valid, recorded
)
SELECT
    CASE WHEN version = 0 THEN record ELSE nextval('registry_consent_id_seq') END, record,
    number, %(company)s, 1 << %(sector)s::int, 15,
    CASE WHEN version < 2 THEN 0 WHEN place %% 10 = 3 THEN 1 ELSE 3 END,
    given_at, given_at + interval '2 years', given_at + interval '1 hour', false, false, 0, %(notice)s, '[]', '',
    'call-' || place,
    CASE version
        WHEN 0 THEN tstzrange(given_at, given_at + interval '2 years')
        WHEN 1 THEN tstzrange(given_at, changed_at)
        ELSE tstzrange(changed_at, CASE WHEN place %% 10 = 3 THEN given_at + interval '2 years' END)
    END,
    CASE
        WHEN version > 0 THEN tstzrange(changed_at, NULL)
        WHEN changes THEN tstzrange(given_at + interval '1 hour', changed_at)
        ELSE tstzrange(given_at + interval '1 hour', NULL)
    END
FROM (
    SELECT
        number, place, nextval('registry_consent_id_seq') AS record,
        place %% 10 = 3 OR place %% 50 = 7 AS changes,
        %(before)s::timestamptz - (20 + pg_temp.chance(place, 51, 300)) * interval '1 day' AS given_at,
        %(before)s::timestamptz - (1 + pg_temp.chance(place, 52, 18)) * interval '1 day' AS changed_at
    FROM unnest(%(numbers)s::bigint[]) WITH ORDINALITY AS held (number, place)
) AS drawn
JOIN generate_series(0, 2) AS version ON version = 0 OR changes
