-- The codes that the calls of the piece get: the reasons of each denial as of the call, and those that the table of
-- `rules.py` gives to what was true of a call and its check (`exceeding` is the calls over a cap).
SELECT findings.n, rule.code, checked, denied, lapsed, same_caller, over_cap
FROM findings
JOIN unnest(
    %(checked)s::boolean[], %(denied)s::boolean[], %(lapsed)s::boolean[], %(same_caller)s::boolean[],
    %(over_cap)s::boolean[], %(code)s::text[]
) AS rule (checked, denied, lapsed, same_caller, over_cap, code)
    USING (checked, denied, lapsed, same_caller, over_cap)
UNION ALL
SELECT findings.n, unnest(decided.reasons), checked, denied, lapsed, same_caller, over_cap
FROM many_decided AS decided
JOIN many_answer AS answer ON answer.asked_n = decided.n
JOIN findings ON findings.n = answer.n
WHERE NOT decided.allowed
