-- The audit's question as one would put it to DuckDB: opt-outs and consent as of each call, the check before it, the
-- hours, the calls of a day; and every check asked again as of its own time. No reasons, no evidence, no precedence;
-- counts only.
WITH asked AS (
    SELECT id, company_id, number, started_at AS at, true AS is_call, NULL::BOOLEAN AS allowed FROM called
    UNION ALL
    SELECT id, company_id, number, checked_at, false, allowed FROM checked
), known AS (
    SELECT
        asked.id, asked.is_call, asked.allowed,
        refused.number IS NOT NULL AND (refused.until IS NULL OR refused.until > asked.at)
            AND (agreed.given_at IS NULL OR refused.since > agreed.given_at) AS opted_out,
        own.number IS NOT NULL AND (own.until IS NULL OR own.until > asked.at) AS refused_company,
        agreed.number IS NULL OR agreed.until <= asked.at OR agreed.status >= 2 AS no_consent,
        hour(asked.at + INTERVAL 8 HOUR) NOT BETWEEN 9 AND 20 AS outside_hours
    FROM asked
    ASOF LEFT JOIN (SELECT * FROM opt_out WHERE scope = 0 AND channels = 15) AS refused
        ON refused.number = asked.number AND asked.at >= refused.known_since
    ASOF LEFT JOIN (SELECT * FROM opt_out WHERE scope = 2) AS own
        ON own.number = asked.number AND own.company_id = asked.company_id AND asked.at >= own.known_since
    ASOF LEFT JOIN consent AS agreed
        ON agreed.number = asked.number AND agreed.company_id = asked.company_id AND asked.at >= agreed.known_since
), judged AS (
    SELECT
        called.id,
        checked.id IS NULL AS no_check,
        NOT coalesce(checked.allowed, true) AS after_deny,
        coalesce(checked.valid_until < called.started_at, false) AS expired,
        count(*) OVER (
            PARTITION BY called.number, called.company_id ORDER BY called.started_at
            RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW
        ) > 3 AS over_cap
    FROM called
    ASOF LEFT JOIN checked
        ON checked.number = called.number AND checked.company_id = called.company_id
        AND called.started_at >= checked.checked_at
)
SELECT
    count(*), count_if(no_check), count_if(after_deny), count_if(expired), count_if(over_cap),
    (SELECT count_if(opted_out) FROM known WHERE is_call), (SELECT count_if(refused_company) FROM known WHERE is_call),
    (SELECT count_if(no_consent) FROM known WHERE is_call), (SELECT count_if(outside_hours) FROM known WHERE is_call),
    (SELECT count_if(allowed = (opted_out OR refused_company OR no_consent)) FROM known WHERE NOT is_call)
FROM judged
