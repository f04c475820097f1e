-- Where among the staged calls, by the thousand rows, the company has sent some before: most files hold none, and their
-- ids follow one another, so that one search for a whole range of keys settles a thousand rows.
-- The order makes each search one by the index of keys, whatever the planner believes of a company's number of calls.
SELECT place
FROM (
    SELECT
        "row" / 1000 AS place, min(coalesce(natural_key, call_id)) AS first, max(coalesce(natural_key, call_id)) AS last
    FROM staged_call
    GROUP BY "row" / 1000
) AS stretch
WHERE (
    SELECT earlier.natural_key
    FROM compliance_call AS earlier
    WHERE earlier.company_id = %(company)s AND earlier.natural_key >= stretch.first
    ORDER BY earlier.natural_key
    LIMIT 1
) <= stretch.last
