-- totals
, active AS (
    SELECT company_id, (checked_at AT TIME ZONE 'UTC')::date AS day FROM check_known
    UNION SELECT company_id, day FROM call_known
), logged AS (
    SELECT company_id, max(finished_at) AS at FROM compliance_calllog
    WHERE state = 'completed' AND finished_at <= %(as_of)s AND finished_at < %(until)s
        AND (%(company)s::bigint IS NULL OR company_id = %(company)s)
    GROUP BY 1
), silent AS (
    SELECT company_id FROM (SELECT company_id FROM logged UNION SELECT company_id FROM check_known) AS seen
    LEFT JOIN logged USING (company_id)
    WHERE logged.at IS NULL OR logged.at < least(%(until)s, %(as_of)s) - %(silent_days)s * interval '1 day'
)
SELECT
    count(DISTINCT active.company_id) AS companies_active, count(active.company_id) AS days_active,
    count(run.company_id) AS days_audited, (SELECT count(*) FROM silent) AS companies_silent
FROM active LEFT JOIN run_known AS run ON run.company_id = active.company_id AND run.day = active.day

-- table: silent
, logged AS (
    SELECT company_id, max(finished_at) AS at FROM compliance_calllog
    WHERE state = 'completed' AND finished_at <= %(as_of)s AND finished_at < %(until)s
        AND (%(company)s::bigint IS NULL OR company_id = %(company)s)
    GROUP BY 1
), asked AS (SELECT company_id, max(checked_at) AS at FROM check_known GROUP BY 1)
SELECT
    company_id AS company, asked.at AS last_check, logged.at AS last_log,
    extract(day FROM least(%(until)s, %(as_of)s) - logged.at)::integer AS days_silent,
    (
        SELECT count(*) FROM check_known AS later
        WHERE later.company_id = seen.company_id AND later.allowed AND later.kind = 0
            AND (logged.at IS NULL OR later.checked_at > logged.at)
    ) AS allowed_since_log
FROM (SELECT company_id FROM logged UNION SELECT company_id FROM asked) AS seen
LEFT JOIN logged USING (company_id)
LEFT JOIN asked USING (company_id)
WHERE logged.at IS NULL OR logged.at < least(%(until)s, %(as_of)s) - %(silent_days)s * interval '1 day'
ORDER BY allowed_since_log DESC, company_id

-- table: by_day
, active AS (
    SELECT company_id, (checked_at AT TIME ZONE 'UTC')::date AS day FROM check_known
    UNION SELECT company_id, day FROM call_known
)
SELECT days.day::date AS day, count(active.company_id) AS days_active, count(run.company_id) AS days_audited
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
LEFT JOIN active ON active.day = days.day::date
LEFT JOIN run_known AS run ON run.company_id = active.company_id AND run.day = active.day
GROUP BY days.day ORDER BY days.day

-- table: by_company
, active AS (
    SELECT company_id, (checked_at AT TIME ZONE 'UTC')::date AS day FROM check_known
    UNION SELECT company_id, day FROM call_known
), by_call AS (
    SELECT company_id, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited FROM judged GROUP BY 1
)
SELECT
    active.company_id AS company, count(*) AS days_active, count(run.company_id) AS days_audited,
    coalesce(max(by_call.calls), 0) AS calls, coalesce(max(by_call.audited), 0) AS audited
FROM active
LEFT JOIN run_known AS run ON run.company_id = active.company_id AND run.day = active.day
LEFT JOIN by_call ON by_call.company_id = active.company_id
GROUP BY active.company_id ORDER BY active.company_id
