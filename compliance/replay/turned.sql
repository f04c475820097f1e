-- How the answers differ: questions counted by kind, sector, both answers and the reason that decides, with some examples.
-- The reason is that of the denial: the draft's where it denies what was allowed, the one in force where it does not.
SELECT
    kind, sector, was_allowed, allowed, reason, count(*),
    (array_agg(id ORDER BY id) FILTER (WHERE was_allowed IS DISTINCT FROM allowed))[1:%(examples)s],
    (array_agg(at ORDER BY id) FILTER (WHERE was_allowed IS DISTINCT FROM allowed))[1:%(examples)s]
FROM (
    SELECT
        CASE WHEN question.n > 0 THEN 'call' ELSE 'check' END AS kind, question.sector,
        before.allowed AS was_allowed, judged.allowed,
        CASE WHEN judged.allowed THEN CASE WHEN NOT before.allowed THEN before.reasons[1] END
            ELSE coalesce(judged.reasons[1], '') END AS reason,
        coalesce(matched.id, checked.id) AS id, coalesce(matched.started_at, checked.checked_at) AS at
    FROM many_question AS question
    JOIN many_judged AS judged ON judged.n = question.n
    JOIN replay_before AS before ON before.n = question.n
    LEFT JOIN audit_matched AS matched ON matched.n = question.n
    LEFT JOIN audit_check AS checked ON checked.n = -question.n
) AS both_ways
GROUP BY kind, sector, was_allowed, allowed, reason
