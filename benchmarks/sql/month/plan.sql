-- One row for each story that happens: who, to whom, when it begins. The same rows whenever it is asked.
CREATE TEMPORARY TABLE month_plan AS
SELECT
    happening.place, told.story, seller_id, company_id, sector, other_sector, caller,
    CASE WHEN told.abroad IS NULL THEN pg_temp.number_of(%(first_person)s::bigint + happening.place)
        ELSE told.abroad + happening.place END AS number,
    told.days[1 + pg_temp.chance(happening.place, 60, cardinality(told.days))] * interval '1 day' + %(first)s::timestamptz
        + (told.earliest + pg_temp.chance(happening.place, 61, told.latest - told.earliest + 1)) * interval '1 second' AS base
FROM jsonb_to_recordset(%(stories)s) AS told (
    story smallint, first bigint, count bigint, days integer[], companies integer[], earliest integer, latest integer,
    abroad bigint
)
CROSS JOIN generate_series(told.first, told.first + told.count - 1) AS happening (place)
CROSS JOIN LATERAL (SELECT told.companies[1 + pg_temp.chance(happening.place, 62, cardinality(told.companies))] AS cast_place) AS drawn
JOIN jsonb_to_recordset(%(cast)s) AS cast_of (
    place integer, company_id bigint, seller_id bigint, sector smallint, other_sector smallint, caller bigint
) ON cast_of.place = drawn.cast_place
