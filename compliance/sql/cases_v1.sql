-- What was done in a case, and the letters that were sent, are written down for good.
CREATE TRIGGER compliance_casestep_never_changed BEFORE UPDATE OR DELETE ON compliance_casestep
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_casestep ENABLE ALWAYS TRIGGER compliance_casestep_never_changed;
CREATE TRIGGER compliance_casestep_never_truncated BEFORE TRUNCATE ON compliance_casestep
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_casestep ENABLE ALWAYS TRIGGER compliance_casestep_never_truncated;

CREATE TRIGGER compliance_caseletter_never_changed BEFORE UPDATE OR DELETE ON compliance_caseletter
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_caseletter ENABLE ALWAYS TRIGGER compliance_caseletter_never_changed;
CREATE TRIGGER compliance_caseletter_never_truncated BEFORE TRUNCATE ON compliance_caseletter
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_caseletter ENABLE ALWAYS TRIGGER compliance_caseletter_never_truncated;

-- What a case is about stays as it was opened: only where it stands may change.
CREATE FUNCTION compliance_case_kept_v1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text[] := ARRAY['state', 'officer_id', 'respond_by', 'appeal_by', 'review_by', 'clock', 'due_at',
        'penalty', 'lasts', 'fine', 'all_sectors', 'proposed_by_id', 'decided_by_id', 'decided_at', 'ends_at',
        'licences', 'reviewed_by_id', 'review'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - standing IS DISTINCT FROM to_jsonb(OLD) - standing THEN
        RAISE EXCEPTION 'compliance_case keeps what it is about'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'compliance_case_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compliance_case_kept BEFORE UPDATE OR DELETE ON compliance_case
    FOR EACH ROW EXECUTE FUNCTION compliance_case_kept_v1();
ALTER TABLE compliance_case ENABLE ALWAYS TRIGGER compliance_case_kept;

-- What was gathered stays gathered; it is let go once, when the case is withdrawn.
CREATE FUNCTION compliance_caseitem_kept_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'held' IS DISTINCT FROM to_jsonb(OLD) - 'held' OR NOT OLD.held THEN
        RAISE EXCEPTION 'compliance_caseitem keeps what was gathered'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'compliance_caseitem_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compliance_caseitem_kept BEFORE UPDATE OR DELETE ON compliance_caseitem
    FOR EACH ROW EXECUTE FUNCTION compliance_caseitem_kept_v1();
ALTER TABLE compliance_caseitem ENABLE ALWAYS TRIGGER compliance_caseitem_kept;
