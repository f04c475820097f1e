-- What is found against the calls of the piece, one row for each of its codes, with the evidence.
-- The evidence holds no number: lists show it to people who may not see one.
SELECT
    matched.id, found.code, matched.started_at, matched.number, matched.caller, matched.sector, matched.channel,
    matched.check_id,
    ground.evidence || jsonb_build_object(
        'as_of', matched.at,
        'refused_since', judged.since,
        'opt_out', 'opt_' || judged.opt_out_record,
        'consent', 'con_' || judged.consent_record,
        'relationship', 'rel_' || judged.relationship_record,
        'findings', jsonb_build_object(
            'checked', found.checked, 'denied', found.denied, 'lapsed', found.lapsed,
            'same_caller', found.same_caller, 'over_cap', found.over_cap
        ),
        'check', CASE WHEN matched.check_id IS NOT NULL THEN jsonb_build_object(
            'id', 'chk_' || matched.check_id,
            'kind', CASE matched.kind WHEN 0 THEN 'dial' ELSE 'scrub' END,
            'verdict', CASE WHEN matched.allowed THEN 'allow' ELSE 'deny' END,
            'checked_at', matched.checked_at,
            'valid_until', matched.valid_until
        ) END
    ) AS evidence
FROM audit_code AS found
JOIN audit_matched AS matched ON matched.n = found.n
JOIN many_judged AS judged ON judged.n = found.n
-- What many calls have in common is put together once.
JOIN (
    SELECT
        decided.n,
        jsonb_build_object(
            'verdict', CASE decided.allowed WHEN true THEN 'allow' WHEN false THEN 'deny' END,
            'reasons', decided.reasons,
            'facts', jsonb_build_object(
                'standing', decided.standing, 'caller_registered', decided.caller_registered,
                'refused', decided.refused, 'out_of_all', decided.out_of_all, 'out_of_sector', decided.out_of_sector,
                'out_of_channel', decided.out_of_channel, 'ground', decided.ground, 'regime', decided.regime,
                'hours', decided.hours, 'attempts_exceeded', decided.attempts_exceeded
            ),
            'policy', jsonb_build_object('id', policy.pack, 'digest', policy.digest),
            'rule', rule.digest
        ) AS evidence
    FROM many_decided AS decided
    LEFT JOIN registry_policy AS policy ON policy.id = decided.policy_id
    LEFT JOIN registry_ruleset AS rule ON rule.id = decided.decision_id >> %(rule_bits)s
    OFFSET 0
) AS ground ON ground.n = judged.asked_n
