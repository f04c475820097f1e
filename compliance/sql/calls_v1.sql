-- Calls, by month. Appended by `calls.py` with COPY; read by the audit and by "who called me".
CREATE SEQUENCE compliance_call_id_seq CACHE 50;
CREATE TABLE compliance_call (
    id bigint NOT NULL DEFAULT nextval('compliance_call_id_seq'),
    started_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    received_at timestamptz NOT NULL,
    company_id bigint NOT NULL,
    number bigint NOT NULL,
    caller bigint,
    check_id bigint,
    call_log_id bigint NOT NULL,
    duration_s integer,
    disposition smallint NOT NULL,
    channel smallint NOT NULL,
    sector smallint NOT NULL,
    opt_out_requested boolean NOT NULL,
    call_id text NOT NULL,
    natural_key text NOT NULL,
    campaign text,
    agent text,
    sip_call_id text,
    PRIMARY KEY (id, started_at)
) PARTITION BY RANGE (started_at);
ALTER SEQUENCE compliance_call_id_seq OWNED BY compliance_call.id;

-- Forbids the same call twice; serves the search for calls sent before.
CREATE UNIQUE INDEX call_once ON compliance_call (company_id, natural_key, started_at);
-- Serves the audit's company-day.
CREATE INDEX call_company ON compliance_call (company_id, started_at);
-- Serves the count of calls made to one number, and "who called me".
CREATE INDEX call_number ON compliance_call (number, started_at);

CREATE TRIGGER compliance_call_never_changed BEFORE UPDATE OR DELETE ON compliance_call
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_call ENABLE ALWAYS TRIGGER compliance_call_never_changed;
CREATE TRIGGER compliance_call_never_truncated BEFORE TRUNCATE ON compliance_call
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE compliance_call ENABLE ALWAYS TRIGGER compliance_call_never_truncated;
