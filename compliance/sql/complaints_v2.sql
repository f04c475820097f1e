-- A person who has themselves erased goes out of their complaints, once and for good; nothing else of them changes.
CREATE OR REPLACE FUNCTION compliance_complaint_kept_v1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text[] := ARRAY['state', 'company_id', 'joined_to_id', 'match_at', 'matched_at', 'tell_at', 'clock', 'due_at',
        'outcome', 'erase_at_end'];
    personal text[] := ARRAY['number', 'text', 'company_named', 'network', 'show_number', 'text_updates', 'erased_at'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.number IS NULL
        AND NEW.text = '' AND NEW.company_named = '' AND NEW.network = ''
    THEN
        standing := standing || personal;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - standing IS DISTINCT FROM to_jsonb(OLD) - standing THEN
        RAISE EXCEPTION 'compliance_complaint keeps what was said'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'compliance_complaint_kept';
    END IF;
    RETURN NEW;
END $$;

-- The person's own words of a step, and the file of what they sent, may only be emptied, and only with the complaint.
CREATE FUNCTION compliance_complaint_part_kept_v1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    personal text[] := ARRAY['text', 'file', 'file_name'];
    new_row jsonb := to_jsonb(NEW);
    old_row jsonb := to_jsonb(OLD);
BEGIN
    IF new_row - personal IS DISTINCT FROM old_row - personal
        OR coalesce(new_row ->> 'text', '') <> '' OR coalesce(new_row ->> 'file', '') <> ''
        OR coalesce(new_row ->> 'file_name', '') <> '' OR coalesce(old_row ->> 'by', 'complainant') <> 'complainant'
        OR NOT EXISTS (SELECT FROM compliance_complaint WHERE id = OLD.complaint_id AND erased_at IS NOT NULL)
    THEN
        RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER compliance_complaintstep_never_changed ON compliance_complaintstep;
CREATE TRIGGER compliance_complaintstep_never_deleted BEFORE DELETE ON compliance_complaintstep
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_complaintstep ENABLE ALWAYS TRIGGER compliance_complaintstep_never_deleted;
CREATE TRIGGER compliance_complaintstep_only_erased BEFORE UPDATE ON compliance_complaintstep
    FOR EACH ROW EXECUTE FUNCTION compliance_complaint_part_kept_v1();
ALTER TABLE compliance_complaintstep ENABLE ALWAYS TRIGGER compliance_complaintstep_only_erased;

DROP TRIGGER compliance_complaintevidence_never_changed ON compliance_complaintevidence;
CREATE TRIGGER compliance_complaintevidence_never_deleted BEFORE DELETE ON compliance_complaintevidence
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_complaintevidence ENABLE ALWAYS TRIGGER compliance_complaintevidence_never_deleted;
CREATE TRIGGER compliance_complaintevidence_only_erased BEFORE UPDATE ON compliance_complaintevidence
    FOR EACH ROW EXECUTE FUNCTION compliance_complaint_part_kept_v1();
ALTER TABLE compliance_complaintevidence ENABLE ALWAYS TRIGGER compliance_complaintevidence_only_erased;
