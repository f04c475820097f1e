-- totals
SELECT
    count(*) AS calls, count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
FROM judged

-- table: by_day
, by_call AS (
    SELECT day, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
        count(*) FILTER (WHERE violating) AS violating
    FROM judged GROUP BY 1
)
SELECT
    days.day::date AS day, coalesce(calls, 0) AS calls, coalesce(audited, 0) AS audited,
    coalesce(violating, 0) AS violating
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
LEFT JOIN by_call ON by_call.day = days.day::date
ORDER BY days.day
