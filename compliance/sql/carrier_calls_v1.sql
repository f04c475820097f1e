-- Calls as carriers recorded them, by month. Appended by `carrier_records.py`; read by the reconciliation.
CREATE SEQUENCE compliance_carriercall_id_seq CACHE 50;
CREATE TABLE compliance_carriercall (
    id bigint NOT NULL DEFAULT nextval('compliance_carriercall_id_seq'),
    started_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    received_at timestamptz NOT NULL,
    company_id bigint NOT NULL,
    number bigint NOT NULL,
    caller bigint,
    carrier_record_id bigint NOT NULL,
    duration_s integer,
    disposition smallint NOT NULL,
    call_id text NOT NULL,
    sip_call_id text,
    PRIMARY KEY (id, started_at)
) PARTITION BY RANGE (started_at);
ALTER SEQUENCE compliance_carriercall_id_seq OWNED BY compliance_carriercall.id;

-- Forbids the same call twice: switches use an id again, so that start and number belong to it. Leads with the time, and
-- so serves the day of the search for unlicensed callers as well.
CREATE UNIQUE INDEX carrier_call_once ON compliance_carriercall (started_at, company_id, number, call_id);
-- Serves the calls of one caller: the reconciliation of its owner's day, the page of a caller.
CREATE INDEX carrier_call_caller ON compliance_carriercall (caller, started_at);

CREATE TRIGGER compliance_carriercall_never_changed BEFORE UPDATE OR DELETE ON compliance_carriercall
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_carriercall ENABLE ALWAYS TRIGGER compliance_carriercall_never_changed;
CREATE TRIGGER compliance_carriercall_never_truncated BEFORE TRUNCATE ON compliance_carriercall
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_carriercall ENABLE ALWAYS TRIGGER compliance_carriercall_never_truncated;
