-- The audit's question as one would put it to DuckDB: opt-out and consent as of each call, the check before it, the
-- hours, the calls of a day. No reasons, no evidence, no precedence; counts only.
WITH judged AS (
    SELECT
        called.id,
        checked.id IS NULL AS no_check,
        NOT coalesce(checked.allowed, true) AS after_deny,
        coalesce(checked.valid_until < called.started_at, false) AS expired,
        refused.number IS NOT NULL AND (refused.until IS NULL OR refused.until > called.started_at)
            AND (agreed.given_at IS NULL OR refused.since > agreed.given_at) AS opted_out,
        agreed.number IS NULL OR agreed.until <= called.started_at OR agreed.status >= 2 AS no_consent,
        hour(called.started_at + INTERVAL 8 HOUR) NOT BETWEEN 9 AND 20 AS outside_hours,
        count(*) OVER (
            PARTITION BY called.number, called.company_id ORDER BY called.started_at
            RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW
        ) > 3 AS over_cap
    FROM called
    ASOF LEFT JOIN checked
        ON checked.number = called.number AND checked.company_id = called.company_id
        AND called.started_at >= checked.checked_at
    ASOF LEFT JOIN (SELECT * FROM opt_out WHERE scope = 0 AND channels = 15) AS refused
        ON refused.number = called.number AND called.started_at >= refused.known_since
    ASOF LEFT JOIN consent AS agreed
        ON agreed.number = called.number AND agreed.company_id = called.company_id
        AND called.started_at >= agreed.known_since
)
SELECT
    count(*), count_if(no_check), count_if(after_deny), count_if(expired), count_if(opted_out), count_if(no_consent),
    count_if(outside_hours), count_if(over_cap)
FROM judged
