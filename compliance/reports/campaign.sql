-- totals
SELECT
    made.calls, made.audited, made.violating, (SELECT count(*) FROM standing) AS violations,
    (SELECT count(*) FROM complaint_known) AS complaints
FROM (
    SELECT
        count(*) AS calls, count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
    FROM judged
) AS made

-- table: by_week
, by_call AS (
    SELECT (day - %(first)s::date) / 7 AS n, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
        count(*) FILTER (WHERE violating) AS violating
    FROM judged GROUP BY 1
), by_violation AS (
    SELECT (day - %(first)s::date) / 7 AS n, count(*) AS violations FROM standing GROUP BY 1
), by_complaint AS (
    SELECT (day - %(first)s::date) / 7 AS n, count(*) AS complaints FROM complaint_known GROUP BY 1
)
SELECT
    %(first)s::date + 7 * weeks.n AS week, coalesce(calls, 0) AS calls, coalesce(audited, 0) AS audited,
    coalesce(violating, 0) AS violating, coalesce(violations, 0) AS violations, coalesce(complaints, 0) AS complaints
FROM generate_series(0, (%(last)s::date - %(first)s::date) / 7) AS weeks (n)
LEFT JOIN by_call USING (n)
LEFT JOIN by_violation USING (n)
LEFT JOIN by_complaint USING (n)
ORDER BY weeks.n
