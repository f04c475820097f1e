-- While a decided penalty takes a company's leave to call, nobody licenses or reinstates it for that sector and time:
-- that would be a decision on the case by one person. What was on record before is not asked about again: parts of it
-- (a suspension) and what an appeal gives back bear the record id of the licence they come from.
CREATE FUNCTION compliance_licence_barred_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.record_id IS NULL OR NEW.record_id = NEW.id) AND EXISTS (
        SELECT FROM compliance_case AS decided
        WHERE decided.company_id = NEW.company_id
            AND (decided.all_sectors OR decided.sector = NEW.sector)
            AND decided.penalty IN ('suspend_new_outbound', 'stop_new_outbound')
            AND decided.review IN ('', 'upheld')
            AND decided.decided_at IS NOT NULL
            AND NEW.valid && tstzrange(decided.decided_at, decided.ends_at)
    ) THEN
        RAISE EXCEPTION 'a decision takes the leave to call for that sector and time'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'licence_barred';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compliance_licence_barred BEFORE INSERT ON registry_licence
    FOR EACH ROW EXECUTE FUNCTION compliance_licence_barred_v1();
ALTER TABLE registry_licence ENABLE ALWAYS TRIGGER compliance_licence_barred;
