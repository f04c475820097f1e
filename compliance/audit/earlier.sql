-- The calls of the suspects' numbers, for `matched.sql`, as far back as one of them counts calls or may use its check.
SELECT
    0 AS n, call.id, call.company_id, call.number, call.caller, call.sector, call.channel, call.disposition,
    call.started_at, call.check_id AS named
FROM (
    SELECT
        matched.number,
        min(least(suspect.since, CASE WHEN NOT matched.lapsed THEN matched.checked_at - %(skew)s END)) AS since,
        max(matched.started_at) AS until
    FROM audit_suspect AS suspect
    JOIN audit_matched AS matched ON matched.n = suspect.n
    GROUP BY matched.number
) AS wanted
JOIN compliance_call AS call
    ON call.number = wanted.number AND call.started_at >= wanted.since AND call.started_at <= wanted.until
WHERE call.company_id = %(company_id)s AND call.disposition <> 3
    AND call.started_at >= %(earliest)s AND call.started_at < %(until)s
