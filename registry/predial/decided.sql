-- The decision on each question: facts joined to the truth table of the rule in force at its time.
-- decided: every column of `facts`, the question's own, and decision_id, allowed, reasons, valid_until.
SELECT
    asked.*,
    facts.standing, facts.caller_registered, facts.refused, facts.out_of_all, facts.out_of_sector,
    facts.out_of_channel, facts.ground, facts.regime, facts.hours, facts.attempts_exceeded,
    facts.policy_id, facts.consent_record, facts.relationship_record, facts.opt_out_record, facts.since,
    facts.basis_ends_at, facts.free_at, facts.windows_key, facts.calendar, facts.zone_key,
    decision.id AS decision_id,
    decision.allowed,
    decision.reasons,
    -- An allow lasts for the policy's check validity, at most to the end of the calling hours and of its ground.
    CASE WHEN decision.allowed
        THEN least(asked.at + facts.check_validity, facts.hours_end_at, facts.basis_ends_at)
    END AS valid_until
FROM facts
JOIN asked ON asked.n = facts.n
LEFT JOIN registry_ruleset AS rule ON rule.valid @> asked.at
LEFT JOIN registry_decision AS decision
    ON decision.rule_id = rule.id
    AND decision.standing = facts.standing
    AND decision.caller_registered = facts.caller_registered
    AND decision.refused = facts.refused
    AND decision.out_of_all = facts.out_of_all
    AND decision.out_of_sector = facts.out_of_sector
    AND decision.out_of_channel = facts.out_of_channel
    AND decision.ground = facts.ground
    AND decision.regime = facts.regime
    AND decision.hours = facts.hours
    AND decision.attempts_exceeded = facts.attempts_exceeded
