-- Refusals of one company by people who have another opt-out: places first to last of these refusals.
INSERT INTO registry_optout (
    id, record_id, number, scope, sector, company_id, channels, days, from_minute, to_minute, said_at, source,
    reporter_id, valid, recorded
)
SELECT
    %(refusers)s::bigint + place + 1, %(refusers)s::bigint + place + 1,
    pg_temp.number_of(place * %(step)s::bigint %% %(refusers)s::bigint),
    -- The other opt-out may be of one of the first fifty companies, this one is of one of the last.
    2, NULL, company_id, 15, NULL, NULL, NULL, said_at, 3, company_id,
    tstzrange(said_at, NULL),
    tstzrange(said_at + pg_temp.chance(place, 9, 86400) * interval '1 second', NULL)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN LATERAL (SELECT
    %(first_company)s::bigint + 50 + pg_temp.chance(place, 10, 50) AS company_id,
    %(clock)s::timestamptz - (86400 + pg_temp.chance(place, 11, 3 * 365 * 86400)) * interval '1 second' AS said_at
) AS drawn
