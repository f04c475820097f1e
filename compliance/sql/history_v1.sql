-- What was known when: versions of violations, finished runs of audits, and which company-days are to be counted again.

-- Where a number was by the numbering plan that was in use at a moment; empty where it had no place.
CREATE FUNCTION compliance_region_v1(number bigint, as_of timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (
            SELECT former.calendar FROM registry_formerrange AS former
            WHERE former.until > $2 AND former.first <= rpad($1::text, 15, '0')::bigint
                AND former.past > rpad($1::text, 15, '0')::bigint
            ORDER BY former.until LIMIT 1
        ),
        (
            SELECT CASE WHEN place.past > rpad($1::text, 15, '0')::bigint THEN place.calendar END
            FROM registry_numberrange AS place
            WHERE place.first <= rpad($1::text, 15, '0')::bigint
            ORDER BY place.first DESC LIMIT 1
        ),
        ''
    )
$$;

UPDATE compliance_violation SET region = compliance_region_v1(number, opened_at);

-- A violation is placed once. Its changes have an order in time: one that waited for another came after it, whatever
-- the clocks of both said.
CREATE FUNCTION compliance_violation_placed_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.region := compliance_region_v1(NEW.number, NEW.opened_at);
    ELSIF (NEW.status, NEW.check_id, NEW.evidence) IS DISTINCT FROM (OLD.status, OLD.check_id, OLD.evidence) THEN
        NEW.updated_at := greatest(NEW.updated_at, OLD.updated_at);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compliance_violation_placed BEFORE INSERT OR UPDATE ON compliance_violation
    FOR EACH ROW EXECUTE FUNCTION compliance_violation_placed_v1();

CREATE FUNCTION compliance_violation_added_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO compliance_countdue (company_id, day, since)
    SELECT company_id, (call_started_at AT TIME ZONE 'UTC')::date, max(updated_at) FROM added GROUP BY 1, 2;
    RETURN NULL;
END $$;
CREATE TRIGGER compliance_violation_added AFTER INSERT ON compliance_violation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION compliance_violation_added_v1();

-- Row by row: a join of what was with what is would keep the plan it got for the first change, which was of few rows.
CREATE FUNCTION compliance_violation_version_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO compliance_violationversion (violation_id, audit_id, status, check_id, evidence, since, until)
    VALUES (OLD.id, OLD.audit_id, OLD.status, OLD.check_id, OLD.evidence, OLD.updated_at, NEW.updated_at);
    RETURN NULL;
END $$;
CREATE TRIGGER compliance_violation_version AFTER UPDATE ON compliance_violation FOR EACH ROW
    WHEN ((OLD.status, OLD.check_id, OLD.evidence, OLD.updated_at)
        IS DISTINCT FROM (NEW.status, NEW.check_id, NEW.evidence, NEW.updated_at))
    EXECUTE FUNCTION compliance_violation_version_v1();

CREATE TRIGGER compliance_violation_changed AFTER UPDATE ON compliance_violation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION compliance_violation_added_v1();

CREATE FUNCTION compliance_audit_finished_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO compliance_auditrun (
        audit_id, run, state, started_at, finished_at, calls, incidents, rule_digest, policy_digest, problem
    ) VALUES (
        NEW.id, NEW.runs, NEW.state, NEW.started_at, NEW.finished_at, NEW.calls, NEW.incidents, NEW.rule_digest,
        NEW.policy_digest, NEW.problem
    );
    INSERT INTO compliance_countdue (company_id, day, since) VALUES (NEW.company_id, NEW.day, NEW.finished_at);
    RETURN NULL;
END $$;
CREATE TRIGGER compliance_audit_begun_finished AFTER INSERT ON compliance_audit FOR EACH ROW
    WHEN (NEW.state IN ('completed', 'failed') AND NEW.finished_at IS NOT NULL)
    EXECUTE FUNCTION compliance_audit_finished_v1();
CREATE TRIGGER compliance_audit_finished AFTER UPDATE ON compliance_audit FOR EACH ROW
    WHEN (NEW.state IN ('completed', 'failed') AND NEW.finished_at IS DISTINCT FROM OLD.finished_at)
    EXECUTE FUNCTION compliance_audit_finished_v1();

-- What was is written down for good.
CREATE TRIGGER compliance_violationversion_never_changed BEFORE UPDATE OR DELETE ON compliance_violationversion
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_violationversion ENABLE ALWAYS TRIGGER compliance_violationversion_never_changed;
CREATE TRIGGER compliance_violationversion_never_truncated BEFORE TRUNCATE ON compliance_violationversion
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_violationversion ENABLE ALWAYS TRIGGER compliance_violationversion_never_truncated;
CREATE TRIGGER compliance_auditrun_never_changed BEFORE UPDATE OR DELETE ON compliance_auditrun
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_auditrun ENABLE ALWAYS TRIGGER compliance_auditrun_never_changed;
CREATE TRIGGER compliance_auditrun_never_truncated BEFORE TRUNCATE ON compliance_auditrun
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_auditrun ENABLE ALWAYS TRIGGER compliance_auditrun_never_truncated;

-- A report that is made stays as it was made.
CREATE FUNCTION compliance_report_kept_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'completed' THEN
        RAISE EXCEPTION 'compliance_report keeps what was reported'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'compliance_report_kept';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER compliance_report_kept BEFORE UPDATE OR DELETE ON compliance_report
    FOR EACH ROW EXECUTE FUNCTION compliance_report_kept_v1();
ALTER TABLE compliance_report ENABLE ALWAYS TRIGGER compliance_report_kept;

-- What there is so far.
INSERT INTO compliance_auditrun (
    audit_id, run, state, started_at, finished_at, calls, incidents, rule_digest, policy_digest, problem
)
SELECT id, runs, state, started_at, finished_at, calls, incidents, rule_digest, policy_digest, problem
FROM compliance_audit WHERE state IN ('completed', 'failed') AND finished_at IS NOT NULL;
INSERT INTO compliance_countdue (company_id, day, since) SELECT company_id, day, requested_at FROM compliance_audit;
