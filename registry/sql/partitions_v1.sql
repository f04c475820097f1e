-- Guards and settings of the partitions of one table that were made without them; new ones are made so
-- (`partitions.py`). Called by the migrations of the apps whose tables are partitioned.
CREATE PROCEDURE registry_guard_partitions_v1(partitioned regclass) LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    FOR part IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = partitioned LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION registry_never_v1()', part || '_never_truncated', part);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', part, part || '_never_truncated');
        EXECUTE format('ALTER TABLE %I SET (autovacuum_freeze_min_age = 0, '
            'autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)', part);
    END LOOP;
END $$;

CALL registry_guard_partitions_v1('registry_check');
