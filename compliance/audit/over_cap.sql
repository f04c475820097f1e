-- Of the suspects, the calls that are over a cap: those made for other sellers do not count towards it, as they do not
-- in `facts.sql`; and the first call on an allowed dial check is the attempt that the register itself permitted.
SELECT DISTINCT suspect.n
FROM audit_suspect AS suspect
JOIN audit_matched AS matched ON matched.n = suspect.n
WHERE NOT (
        matched.kind = 0 AND matched.allowed AND NOT matched.lapsed
        AND NOT EXISTS (
            SELECT FROM audit_earlier e
            WHERE e.number = matched.number AND e.check_id = matched.check_id
                AND (e.started_at, e.id) < (matched.started_at, matched.id)
        )
    ) IS TRUE
    AND EXISTS (
        SELECT FROM audit_earlier e
        WHERE e.number = matched.number AND e.seller_id = matched.seller_id AND e.started_at >= suspect.since
            AND (e.started_at, e.id) < (matched.started_at, matched.id)
        ORDER BY e.started_at DESC, e.id DESC OFFSET suspect.most - 1 LIMIT 1
    )
