-- The calls of one file, as read, before it is known which of them are new. Gone with the session.
-- The columns are the fields of `formats.Call`, in their order and with their names.
CREATE TEMPORARY TABLE staged_call (
    "row" integer NOT NULL,
    call_id text NOT NULL,
    number bigint NOT NULL,
    caller bigint,
    started_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    duration_s integer,
    disposition text NOT NULL,
    channel text,
    sector text,
    check_id text,
    opt_out_requested boolean NOT NULL,
    campaign text NOT NULL,
    agent text NOT NULL,
    sip_call_id text NOT NULL,
    natural_key text NOT NULL
)
