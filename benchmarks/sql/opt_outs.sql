-- Opt-outs that stand, one a person: places first to last of the people.
INSERT INTO registry_optout (
    id, record_id, number, scope, sector, company_id, channels, days, from_minute, to_minute, said_at, source,
    reporter_id, valid, recorded
)
SELECT
    place + 1, place + 1, pg_temp.number_of(place),
    scope,
    CASE WHEN scope = 1 THEN pg_temp.chance(place, 2, 10) END,
    CASE WHEN scope = 2 THEN %(first_company)s::bigint + pg_temp.chance(place, 3, 50) END,
    -- Three in a hundred on some channels only, one at some hours, one on weekends.
    CASE WHEN kind BETWEEN 84 AND 86 THEN 1 + pg_temp.chance(place, 4, 14) ELSE 15 END,
    CASE WHEN kind = 88 THEN 96 END,
    CASE WHEN kind = 87 THEN 0 END,
    CASE WHEN kind = 87 THEN 540 + 30 * pg_temp.chance(place, 5, 6) END,
    said_at,
    CASE WHEN scope = 2 THEN 3 ELSE (ARRAY[0, 1, 2, 4, 7])[1 + pg_temp.chance(place, 6, 5)] END,
    CASE WHEN scope = 2 THEN %(first_company)s::bigint + pg_temp.chance(place, 3, 50) END,
    tstzrange(said_at, NULL),
    tstzrange(said_at + pg_temp.chance(place, 7, 86400) * interval '1 second', NULL)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN LATERAL (SELECT
    pg_temp.chance(place, 1, 100) AS kind,
    %(clock)s::timestamptz - (86400 + pg_temp.chance(place, 8, 5 * 365 * 86400)) * interval '1 second' AS said_at
) AS drawn
CROSS JOIN LATERAL (SELECT CASE WHEN kind < 89 THEN 0 WHEN kind < 96 THEN 1 ELSE 2 END AS scope) AS meant
