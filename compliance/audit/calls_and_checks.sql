-- What was true of each call of the piece and the check it rests on: the columns of `rules.Findings`.
SELECT
    matched.n,
    matched.check_id IS NOT NULL AS checked,
    coalesce(NOT matched.allowed, false) AS denied,
    matched.lapsed,
    coalesce(matched.checked_caller = matched.caller, false) AS same_caller,
    exceeding.n IS NOT NULL AS over_cap
FROM audit_matched AS matched
LEFT JOIN exceeding ON exceeding.n = matched.n
