-- The calls of one file, as read, before it is known which of them are new. Gone with the session.
-- The columns are those of `formats.canonical.SCHEMA`, in their order and with their names, and the natural key where
-- it is another than the call id.
CREATE TEMPORARY TABLE staged_call (
    "row" integer NOT NULL,
    call_id text NOT NULL,
    number bigint NOT NULL,
    caller bigint,
    started_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    duration_s integer,
    disposition smallint NOT NULL,
    channel smallint,
    sector smallint,
    check_id bigint,
    opt_out_requested boolean NOT NULL,
    campaign text,
    agent text,
    sip_call_id text,
    natural_key text
)
