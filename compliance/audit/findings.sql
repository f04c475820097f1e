-- What is found against the calls of the piece: the reasons of each denial as of the call, and the codes that the table
-- of `rules.py` gives to what was true of a call and its check (`exceeding` is the calls over a cap). One row a code.
-- The evidence holds no number: lists show it to people who may not see one.
SELECT
    matched.id, found.code, matched.started_at, matched.number, matched.caller, matched.sector, matched.channel,
    matched.check_id,
    jsonb_build_object(
        'as_of', matched.at,
        'verdict', CASE judged.allowed WHEN true THEN 'allow' WHEN false THEN 'deny' END,
        'reasons', judged.reasons,
        'facts', jsonb_build_object(
            'standing', judged.standing, 'caller_registered', judged.caller_registered, 'refused', judged.refused,
            'out_of_all', judged.out_of_all, 'out_of_sector', judged.out_of_sector,
            'out_of_channel', judged.out_of_channel, 'ground', judged.ground, 'regime', judged.regime,
            'hours', judged.hours, 'attempts_exceeded', judged.attempts_exceeded
        ),
        'refused_since', judged.since,
        'opt_out', 'opt_' || judged.opt_out_record,
        'consent', 'con_' || judged.consent_record,
        'relationship', 'rel_' || judged.relationship_record,
        'findings', jsonb_build_object(
            'checked', findings.checked, 'denied', findings.denied, 'lapsed', findings.lapsed,
            'same_caller', findings.same_caller, 'over_cap', findings.over_cap
        ),
        'check', CASE WHEN matched.check_id IS NOT NULL THEN jsonb_build_object(
            'id', 'chk_' || matched.check_id,
            'kind', CASE matched.kind WHEN 0 THEN 'dial' ELSE 'scrub' END,
            'verdict', CASE WHEN matched.allowed THEN 'allow' ELSE 'deny' END,
            'checked_at', matched.checked_at,
            'valid_until', matched.valid_until
        ) END,
        'policy', jsonb_build_object('id', policy.pack, 'digest', policy.digest),
        'rule', rule.digest
    ) AS evidence
FROM (
    SELECT judged.n, unnest(judged.reasons) AS code FROM many_judged AS judged WHERE NOT judged.allowed
    UNION ALL
    SELECT findings.n, rule.code
    FROM findings
    JOIN unnest(
        %(checked)s::boolean[], %(denied)s::boolean[], %(lapsed)s::boolean[], %(same_caller)s::boolean[],
        %(over_cap)s::boolean[], %(code)s::text[]
    ) AS rule (checked, denied, lapsed, same_caller, over_cap, code)
        USING (checked, denied, lapsed, same_caller, over_cap)
) AS found
JOIN findings ON findings.n = found.n
JOIN audit_matched AS matched ON matched.n = found.n
JOIN many_judged AS judged ON judged.n = found.n
LEFT JOIN registry_policy AS policy ON policy.id = judged.policy_id
LEFT JOIN registry_ruleset AS rule ON rule.id = judged.decision_id >> %(rule_bits)s
