-- Rows that history rests on: superseded, never edited, never deleted, never truncated.
-- The triggers are ENABLE ALWAYS, so that session_replication_role cannot skip them.

-- The first version of a thing names the thing.
CREATE FUNCTION registry_first_version_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.record_id := NEW.id;
    RETURN NEW;
END $$;

-- The one change a two-clock row may see: its `recorded` is closed, once.
CREATE FUNCTION registry_only_supersede_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'recorded' IS DISTINCT FROM to_jsonb(OLD) - 'recorded'
        OR NOT upper_inf(OLD.recorded)
        OR upper_inf(NEW.recorded)
        OR isempty(NEW.recorded)
        OR lower(NEW.recorded) IS DISTINCT FROM lower(OLD.recorded)
    THEN
        RAISE EXCEPTION '% is append-only: close its recorded range and insert a new row', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION registry_never_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

-- Give a table its guards. `first_version` is false for tables without a record_id.
CREATE PROCEDURE registry_guard_two_clock_v1(guarded text, first_version boolean) LANGUAGE plpgsql AS $$
BEGIN
    IF first_version THEN
        EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON %I FOR EACH ROW WHEN (NEW.record_id IS NULL) '
            'EXECUTE FUNCTION registry_first_version_v1()', guarded || '_first_version', guarded);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', guarded, guarded || '_first_version');
    END IF;
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW '
        'EXECUTE FUNCTION registry_only_supersede_v1()', guarded || '_only_supersede', guarded);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', guarded, guarded || '_only_supersede');
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW '
        'EXECUTE FUNCTION registry_never_v1()', guarded || '_never_deleted', guarded);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', guarded, guarded || '_never_deleted');
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
        'EXECUTE FUNCTION registry_never_v1()', guarded || '_never_truncated', guarded);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', guarded, guarded || '_never_truncated');
END $$;

CALL registry_guard_two_clock_v1('registry_licence', true);
CALL registry_guard_two_clock_v1('registry_caller', true);
CALL registry_guard_two_clock_v1('registry_optout', true);
CALL registry_guard_two_clock_v1('registry_consent', true);
CALL registry_guard_two_clock_v1('registry_relationship', true);
CALL registry_guard_two_clock_v1('registry_reassignment', true);
CALL registry_guard_two_clock_v1('registry_policy', false);
