-- What was done to a complaint, and what was sent with it, is written down for good.
CREATE TRIGGER compliance_complaintstep_never_changed BEFORE UPDATE OR DELETE ON compliance_complaintstep
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_complaintstep ENABLE ALWAYS TRIGGER compliance_complaintstep_never_changed;
CREATE TRIGGER compliance_complaintstep_never_truncated BEFORE TRUNCATE ON compliance_complaintstep
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_complaintstep ENABLE ALWAYS TRIGGER compliance_complaintstep_never_truncated;

CREATE TRIGGER compliance_complaintevidence_never_changed BEFORE UPDATE OR DELETE ON compliance_complaintevidence
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_complaintevidence ENABLE ALWAYS TRIGGER compliance_complaintevidence_never_changed;
CREATE TRIGGER compliance_complaintevidence_never_truncated BEFORE TRUNCATE ON compliance_complaintevidence
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_complaintevidence ENABLE ALWAYS TRIGGER compliance_complaintevidence_never_truncated;

-- What the person said stays as they said it: only where the complaint stands may change.
CREATE FUNCTION compliance_complaint_kept_v1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text[] := ARRAY['state', 'company_id', 'joined_to_id', 'match_at', 'matched_at', 'tell_at', 'clock', 'due_at',
        'outcome'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - standing IS DISTINCT FROM to_jsonb(OLD) - standing THEN
        RAISE EXCEPTION 'compliance_complaint keeps what was said'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'compliance_complaint_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compliance_complaint_kept BEFORE UPDATE OR DELETE ON compliance_complaint
    FOR EACH ROW EXECUTE FUNCTION compliance_complaint_kept_v1();
ALTER TABLE compliance_complaint ENABLE ALWAYS TRIGGER compliance_complaint_kept;
