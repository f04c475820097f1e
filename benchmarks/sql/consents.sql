-- Consents with their history: places first to last. `population.consenter` says whose and of which company.
INSERT INTO registry_consent (
    id, record_id, number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late,
    superseded, method, notice_id, evidence, source_url, reference, valid, recorded
)
SELECT
    3 * place + version + 1, 3 * place + 1,
    pg_temp.number_of(%(first_consenter)s::bigint + place %% %(consenters)s::bigint),
    %(first_company)s::bigint + company,
    1 << (company %% 10)::int
        | CASE WHEN company %% 3 <> 0 AND pg_temp.chance(place, 14, 4) = 0 THEN 1 << ((company * 3 + 1) %% 10)::int
            ELSE 0 END,
    (ARRAY[15, 15, 15, 15, 15, 15, 15, 15, 1, 3])[1 + pg_temp.chance(place, 15, 10)],
    CASE
        WHEN version < 2 THEN 0
        WHEN kind < %(confirmed)s THEN 1
        WHEN kind < %(revoked)s THEN 3
        ELSE 2
    END,
    given_at, expires_at, recorded_at, recorded_at > given_at + interval '7 days', false,
    pg_temp.chance(place, 16, 5), %(first_notice)s::bigint + company,
    jsonb_build_array(jsonb_build_object('type', 'recording', 'sha256', md5(place::text) || md5((place + 1)::text))),
    'https://example.cn/consent/' || place, 'C-' || place,
    CASE
        WHEN version = 0 THEN tstzrange(given_at, expires_at)
        WHEN version = 1 THEN tstzrange(given_at, changed_at)
        -- A revocation outlasts the consent it ended.
        WHEN kind BETWEEN %(confirmed)s AND %(revoked)s - 1 THEN tstzrange(changed_at, NULL)
        ELSE tstzrange(changed_at, expires_at)
    END,
    CASE
        WHEN version > 0 THEN tstzrange(changed_at, NULL)
        WHEN kind < %(expired)s THEN tstzrange(recorded_at, NULL)
        ELSE tstzrange(recorded_at, changed_at)
    END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN LATERAL (SELECT
    pg_temp.chance(place, 32, 100) AS kind,
    (place * 31 + place / %(consenters)s::bigint * 37) %% 100 AS company
) AS of_place
CROSS JOIN LATERAL (SELECT
    %(clock)s::timestamptz - CASE
        WHEN kind BETWEEN %(recorded)s AND %(expired)s - 1 THEN 740 + pg_temp.chance(place, 17, 300)
        ELSE 10 + pg_temp.chance(place, 18, 600)
    END * interval '1 day' AS given_at
) AS agreed
CROSS JOIN LATERAL (SELECT
    given_at + interval '730 days' AS expires_at,
    given_at + (60 + pg_temp.chance(place, 19, 2 * 86400)) * interval '1 second' AS recorded_at
) AS noted
CROSS JOIN LATERAL (SELECT
    recorded_at + (1 + pg_temp.chance(place, 20, 998)) / 1000.0
        * (%(clock)s::timestamptz - interval '1 day' - recorded_at) AS changed_at
) AS changed
JOIN generate_series(0, 2) AS version ON version = 0 OR kind >= %(expired)s
