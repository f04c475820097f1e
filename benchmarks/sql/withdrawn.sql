-- Opt-outs that were withdrawn since, two rows each: as first on record, and as superseded by an ended one.
INSERT INTO registry_optout (
    id, record_id, number, scope, sector, company_id, channels, days, from_minute, to_minute, said_at, source,
    reporter_id, valid, recorded
)
SELECT
    %(base)s::bigint + 2 * place + version + 1, %(base)s::bigint + 2 * place + 1,
    pg_temp.number_of(%(person)s::bigint + 5 * place),
    0, NULL, NULL, 15, NULL, NULL, NULL, said_at, 0, NULL,
    CASE version WHEN 0 THEN tstzrange(said_at, NULL) ELSE tstzrange(said_at, withdrawn_at) END,
    CASE version WHEN 0 THEN tstzrange(said_at, withdrawn_at) ELSE tstzrange(withdrawn_at, NULL) END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN generate_series(0, 1) AS version
CROSS JOIN LATERAL (SELECT
    %(clock)s::timestamptz - (300 + pg_temp.chance(place, 12, 1400)) * interval '1 day' AS said_at,
    %(clock)s::timestamptz - (1 + pg_temp.chance(place, 13, 290)) * interval '1 day' AS withdrawn_at
) AS drawn
