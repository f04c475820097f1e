-- Who saw what is written down for good.
CREATE TRIGGER registry_accessrecord_never_changed BEFORE UPDATE OR DELETE ON registry_accessrecord
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE registry_accessrecord ENABLE ALWAYS TRIGGER registry_accessrecord_never_changed;
CREATE TRIGGER registry_accessrecord_never_truncated BEFORE TRUNCATE ON registry_accessrecord
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE registry_accessrecord ENABLE ALWAYS TRIGGER registry_accessrecord_never_truncated;
