-- What staff did about a discrepancy is written down for good.
CREATE TRIGGER compliance_discrepancyact_never_changed BEFORE UPDATE OR DELETE ON compliance_discrepancyact
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_discrepancyact ENABLE ALWAYS TRIGGER compliance_discrepancyact_never_changed;
CREATE TRIGGER compliance_discrepancyact_never_truncated BEFORE TRUNCATE ON compliance_discrepancyact
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_discrepancyact ENABLE ALWAYS TRIGGER compliance_discrepancyact_never_truncated;
