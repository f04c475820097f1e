-- Checks, by month. Appended by `predial/check.py` and `predial/scrub.py`; read by attempts, receipts and the audit.
-- A plain sequence and not an identity: the check statement draws the id before it inserts, to answer with it.
CREATE SEQUENCE registry_check_id_seq CACHE 50;
CREATE TABLE registry_check (
    id bigint NOT NULL DEFAULT nextval('registry_check_id_seq'),
    checked_at timestamptz NOT NULL,
    number bigint NOT NULL,
    company_id bigint NOT NULL,
    seller_id bigint NOT NULL,
    caller bigint NOT NULL,
    decision_id integer NOT NULL,
    policy_id bigint NOT NULL,
    sector smallint NOT NULL,
    channel smallint NOT NULL,
    purpose smallint NOT NULL,
    kind smallint NOT NULL,
    allowed boolean NOT NULL,
    consent_record bigint,
    relationship_record bigint,
    opt_out_record bigint,
    since timestamptz,
    basis_ends_at timestamptz,
    valid_until timestamptz,
    free_at timestamptz,
    campaign text,
    reference text,
    -- An allow can be used until some time; a denial cannot be used at all.
    CONSTRAINT check_allow_has_an_end CHECK (allowed = (valid_until IS NOT NULL)),
    PRIMARY KEY (id, checked_at)
) PARTITION BY RANGE (checked_at);
ALTER SEQUENCE registry_check_id_seq OWNED BY registry_check.id;

-- Serves the attempts fact (allowed dials of one number, newest first) and the audit's match of a call to its check.
CREATE INDEX check_number ON registry_check (number, checked_at);
-- Serves a company's own list, newest first, and the audit's company-day.
CREATE INDEX check_company ON registry_check (company_id, checked_at);

CREATE TRIGGER registry_check_never_changed BEFORE UPDATE OR DELETE ON registry_check
    FOR EACH ROW EXECUTE FUNCTION registry_never_v1();
ALTER TABLE registry_check ENABLE ALWAYS TRIGGER registry_check_never_changed;
CREATE TRIGGER registry_check_never_truncated BEFORE TRUNCATE ON registry_check
    FOR EACH STATEMENT EXECUTE FUNCTION registry_never_v1();
ALTER TABLE registry_check ENABLE ALWAYS TRIGGER registry_check_never_truncated;
