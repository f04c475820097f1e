-- Relationships, one a person: places first to last.
INSERT INTO registry_relationship (
    id, record_id, number, company_id, kind, last_at, on_record_since, reference, valid, recorded
)
SELECT
    place + 1, place + 1, pg_temp.number_of(%(person)s::bigint + 3 * place),
    %(first_company)s::bigint + place * 17 %% 100,
    kind, last_at, recorded_at, 'R-' || place,
    tstzrange(last_at, last_at + CASE kind WHEN 1 THEN interval '1 year' ELSE interval '6 months' END),
    tstzrange(recorded_at, NULL)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN LATERAL (SELECT
    (ARRAY[0, 0, 0, 0, 1, 1, 1, 1, 1, 2])[1 + pg_temp.chance(place, 21, 10)] AS kind,
    %(clock)s::timestamptz - (2 + pg_temp.chance(place, 22, 150)) * interval '1 day' AS last_at
) AS drawn
CROSS JOIN LATERAL (SELECT last_at + pg_temp.chance(place, 23, 86400) * interval '1 second' AS recorded_at) AS noted
