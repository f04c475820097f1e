-- totals
SELECT
    asked.checks, asked.denied, made.calls, made.audited, made.violating,
    (SELECT count(*) FROM standing) AS violations,
    (SELECT count(*) FROM complaint_known) AS complaints,
    (
        SELECT count(*) FROM registry_caller
        WHERE company_id = %(company)s AND valid @> (%(until)s - interval '1 microsecond') AND recorded @> %(as_of)s
    ) AS calling_numbers
FROM (SELECT count(*) AS checks, count(*) FILTER (WHERE NOT allowed) AS denied FROM check_known) AS asked
CROSS JOIN (
    SELECT
        count(*) AS calls, count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
    FROM judged
) AS made

-- table: by_reason
SELECT coalesce(decision.reasons[1], '') AS reason, count(*) AS denied
FROM check_known AS asked LEFT JOIN registry_decision AS decision ON decision.id = asked.decision_id
WHERE NOT asked.allowed
GROUP BY 1 ORDER BY denied DESC, 1

-- table: licences
SELECT sector, lower(valid) AS licensed_since FROM registry_licence
WHERE company_id = %(company)s AND valid @> (%(until)s - interval '1 microsecond') AND recorded @> %(as_of)s
ORDER BY sector
