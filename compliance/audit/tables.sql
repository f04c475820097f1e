-- The working tables of one audit, private to its connection. A run that was cut off may have left its own behind.
DROP TABLE IF EXISTS audit_call, audit_matched, audit_suspect, audit_earlier, audit_code, audit_found, audit_undecided,
    audit_check;

-- The calls of the company and day, numbered in the order of the called numbers.
CREATE TEMPORARY TABLE audit_call (
    n integer NOT NULL, id bigint NOT NULL, company_id bigint NOT NULL, number bigint NOT NULL, caller bigint,
    sector smallint NOT NULL, channel smallint NOT NULL, disposition smallint NOT NULL,
    started_at timestamptz NOT NULL, named bigint
);

-- The calls of one piece with their checks: the columns of `matched.sql`.
CREATE TEMPORARY TABLE audit_matched (
    n integer NOT NULL, id bigint NOT NULL, company_id bigint NOT NULL, number bigint NOT NULL, caller bigint,
    sector smallint NOT NULL, channel smallint NOT NULL, disposition smallint NOT NULL,
    started_at timestamptz NOT NULL, check_id bigint, checked_at timestamptz, seller_id bigint NOT NULL,
    checked_caller bigint, purpose smallint NOT NULL, kind smallint, allowed boolean, valid_until timestamptz,
    lapsed boolean NOT NULL, at timestamptz NOT NULL
);

-- Calls of the piece that may be over a cap: the cap, and since when calls count towards it.
CREATE TEMPORARY TABLE audit_suspect (n integer NOT NULL, most smallint NOT NULL, since timestamptz NOT NULL);

-- The calls made before the suspects, with the seller and the check each of them rests on.
CREATE TEMPORARY TABLE audit_earlier (
    id bigint NOT NULL, number bigint NOT NULL, seller_id bigint NOT NULL, check_id bigint,
    started_at timestamptz NOT NULL
);

-- The codes that calls of the piece get, with what was true of the call and its check.
CREATE TEMPORARY TABLE audit_code (
    n integer NOT NULL, code text NOT NULL, checked boolean NOT NULL, denied boolean NOT NULL, lapsed boolean NOT NULL,
    same_caller boolean NOT NULL, over_cap boolean NOT NULL
);

-- What was found in all pieces: one row for each call and code.
CREATE TEMPORARY TABLE audit_found (
    call_row bigint NOT NULL, code text NOT NULL, call_started_at timestamptz NOT NULL, number bigint NOT NULL,
    caller bigint, sector smallint NOT NULL, channel smallint NOT NULL, check_id bigint, evidence jsonb NOT NULL
);

-- Calls on which no verdict could be given.
CREATE TEMPORARY TABLE audit_undecided (call_row bigint NOT NULL);

-- The checks of the company and day, numbered in the order of their numbers.
CREATE TEMPORARY TABLE audit_check (
    n integer NOT NULL, id bigint NOT NULL, checked_at timestamptz NOT NULL, number bigint NOT NULL,
    company_id bigint NOT NULL, seller_id bigint NOT NULL, caller bigint NOT NULL, sector smallint NOT NULL,
    channel smallint NOT NULL, purpose smallint NOT NULL, kind smallint NOT NULL, allowed boolean NOT NULL,
    decision_id integer NOT NULL, valid_until timestamptz
);
