-- The working tables of one reconciliation, private to its connection. A run that was cut off may have left its own.
DROP TABLE IF EXISTS recon_carried, recon_reported, recon_pair, recon_open, recon_match, recon_leg, recon_found,
    recon_stranger;

-- What carriers recorded from the company's callers, on the day and a little around it.
CREATE TEMPORARY TABLE recon_carried (
    id bigint PRIMARY KEY, carrier_id bigint NOT NULL, caller bigint NOT NULL, number bigint NOT NULL,
    started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL, disposition smallint NOT NULL,
    received_at timestamptz NOT NULL, inside boolean NOT NULL
);

-- What the company's log says, on the day and a little around it.
CREATE TEMPORARY TABLE recon_reported (
    id bigint PRIMARY KEY, caller bigint, number bigint NOT NULL, started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL, disposition smallint NOT NULL, sector smallint NOT NULL, channel smallint NOT NULL,
    check_id bigint, received_at timestamptz NOT NULL, inside boolean NOT NULL
);

-- Which carried call may be which reported one; and of these, which pairs are still open.
CREATE TEMPORARY TABLE recon_pair (
    carried bigint NOT NULL, reported bigint NOT NULL, carrier_id bigint NOT NULL, other_caller boolean NOT NULL,
    otherwise boolean NOT NULL, apart double precision NOT NULL, company_id bigint NOT NULL, reported_at timestamptz NOT NULL
);
CREATE TEMPORARY TABLE recon_open (LIKE recon_pair);

-- Which carried call is which reported one: each once for each carrier.
CREATE TEMPORARY TABLE recon_match (
    carried bigint PRIMARY KEY, reported bigint NOT NULL, carrier_id bigint NOT NULL, UNIQUE (reported, carrier_id)
);

-- Carried calls that are a retry or a transfer of one that is matched.
CREATE TEMPORARY TABLE recon_leg (carried bigint PRIMARY KEY);

-- What was found: one row for each discrepancy.
CREATE TEMPORARY TABLE recon_found (
    kind text NOT NULL, key text PRIMARY KEY, caller bigint, number bigint, at timestamptz NOT NULL, score smallint,
    evidence jsonb NOT NULL
);

-- The callers that belong to no company.
CREATE TEMPORARY TABLE recon_stranger (caller bigint PRIMARY KEY, carrier_id bigint, jurisdiction text NOT NULL);
