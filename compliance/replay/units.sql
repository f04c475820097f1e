-- The company-days of a period that have calls or checks, by day and company.
SELECT company.id, days.day::date
FROM registry_company AS company
CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
WHERE (cardinality(%(companies)s::bigint[]) = 0 OR company.id = ANY (%(companies)s::bigint[]))
    AND (EXISTS (
        SELECT FROM compliance_call AS call
        WHERE call.company_id = company.id
            AND call.started_at >= days.day AT TIME ZONE 'UTC'
            AND call.started_at < (days.day + interval '1 day') AT TIME ZONE 'UTC'
    ) OR EXISTS (
        SELECT FROM registry_check AS asked
        WHERE asked.company_id = company.id
            AND asked.checked_at >= days.day AT TIME ZONE 'UTC'
            AND asked.checked_at < (days.day + interval '1 day') AT TIME ZONE 'UTC'
    ))
ORDER BY days.day, company.id
