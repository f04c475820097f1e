-- Of the suspects, the calls that are over a cap: those made for other sellers do not count towards it, as they do not
-- in `facts.sql`; and the first call on an allowed dial check is the attempt that the register itself permitted.
SELECT DISTINCT own.n
FROM (
    SELECT suspect.most, suspect.since, matched.*
    FROM audit_suspect AS suspect
    JOIN audit_matched AS matched ON matched.n = suspect.n
    OFFSET 0
) AS own
WHERE NOT (
        own.kind = 0 AND own.allowed AND NOT own.lapsed
        AND NOT EXISTS (
            SELECT FROM audit_earlier e
            WHERE e.number = own.number AND e.check_id = own.check_id
                AND (e.started_at, e.id) < (own.started_at, own.id)
        )
    ) IS TRUE
    AND EXISTS (
        SELECT FROM audit_earlier e
        WHERE e.number = own.number AND e.seller_id = own.seller_id AND e.started_at >= own.since
            AND (e.started_at, e.id) < (own.started_at, own.id)
        ORDER BY e.started_at DESC, e.id DESC OFFSET own.most - 1 LIMIT 1
    )
