-- What was said in a dispute is written down for good.
CREATE TRIGGER registry_disputestep_never_changed BEFORE UPDATE OR DELETE ON registry_disputestep
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE registry_disputestep ENABLE ALWAYS TRIGGER registry_disputestep_never_changed;
CREATE TRIGGER registry_disputestep_never_truncated BEFORE TRUNCATE ON registry_disputestep
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE registry_disputestep ENABLE ALWAYS TRIGGER registry_disputestep_never_truncated;
