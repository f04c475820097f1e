-- Numbers that changed hands: places first to last.
INSERT INTO registry_reassignment (id, record_id, number, source, valid, recorded)
SELECT
    place + 1, place + 1, pg_temp.number_of(%(person)s::bigint + 20 * place), 'carrier',
    tstzrange(at, NULL), tstzrange(at + interval '1 day', NULL)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN LATERAL (SELECT
    %(clock)s::timestamptz - (2 + pg_temp.chance(place, 24, 400)) * interval '1 day' AS at
) AS drawn
