-- The decision on each question: facts joined to the truth table of the rule in force at its time.
-- decided: every column of `facts`, and decision_id, allowed, reasons, valid_until.
SELECT
    facts.*,
    decision.id AS decision_id,
    decision.allowed,
    decision.reasons,
    -- An allow lasts for the policy's check validity, at most to the end of the calling hours and of its ground.
    CASE WHEN decision.allowed
        THEN least(facts.at + facts.check_validity, facts.hours_end_at, facts.basis_ends_at)
    END AS valid_until
FROM facts
LEFT JOIN registry_ruleset AS rule ON rule.valid @> facts.at
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
