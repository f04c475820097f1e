-- The working tables of `many.py`, private to a connection and kept for its next use.

-- The questions, as `facts.sql` takes them; whoever asks fills it.
CREATE TEMPORARY TABLE IF NOT EXISTS many_question (
    n integer NOT NULL, company_id bigint NOT NULL, seller_id bigint NOT NULL, number bigint NOT NULL,
    caller bigint NOT NULL, sector smallint NOT NULL, channel smallint NOT NULL, purpose smallint NOT NULL,
    at timestamptz NOT NULL, known_at timestamptz NOT NULL, before timestamptz NOT NULL
);

-- What is asked about, whenever and from whichever caller, in the order of the numbers; `stretch` is where the stretch of
-- the numbering plan begins that the number lies in.
CREATE TEMPORARY TABLE IF NOT EXISTS many_subject (
    number bigint NOT NULL, company_id bigint NOT NULL, seller_id bigint NOT NULL, sector smallint NOT NULL,
    channel smallint NOT NULL, stretch bigint
);

-- The places of those stretches: which are the same place; the caps that may hold there; when its calling hours change.
CREATE TEMPORARY TABLE IF NOT EXISTS many_place (
    stretch bigint NOT NULL, place integer NOT NULL, fewest smallint, widest interval NOT NULL,
    turns timestamptz[] NOT NULL
);

-- What the register holds under each subject: whether it may be like others, what its records look like, and which
-- they are.
CREATE TEMPORARY TABLE IF NOT EXISTS many_held (
    number bigint NOT NULL, company_id bigint NOT NULL, seller_id bigint NOT NULL, sector smallint NOT NULL,
    channel smallint NOT NULL, stretch bigint, plain boolean NOT NULL, attempts integer NOT NULL,
    said integer NOT NULL, agreed bigint NOT NULL, related integer NOT NULL,
    opt_out_record bigint, since timestamptz, consent_record bigint, relationship_record bigint
);

-- Which question's answer holds for each (`asked_n`), with the records of its own number.
CREATE TEMPORARY TABLE IF NOT EXISTS many_answer (
    n integer NOT NULL, asked_n integer NOT NULL, alike boolean NOT NULL,
    opt_out_record bigint, since timestamptz, consent_record bigint, relationship_record bigint
);

-- The decisions on the questions that were asked, with the facts and records they rest on.
CREATE TEMPORARY TABLE IF NOT EXISTS many_decided (
    n integer NOT NULL, at timestamptz NOT NULL, decision_id integer, allowed boolean, reasons text[], standing text,
    caller_registered boolean, refused boolean, out_of_all boolean, out_of_sector boolean, out_of_channel boolean,
    ground text, regime text, hours text, attempts_exceeded boolean, policy_id bigint, consent_record bigint,
    relationship_record bigint, opt_out_record bigint, since timestamptz, windows_key text, calendar text,
    zone_key text
);

-- Each question with its answer, and with its own records in the place of those of the question that was asked.
CREATE OR REPLACE TEMPORARY VIEW many_judged AS
SELECT
    answer.n, answer.asked_n, decided.decision_id, decided.allowed, decided.reasons, decided.standing, decided.caller_registered,
    decided.refused, decided.out_of_all, decided.out_of_sector, decided.out_of_channel, decided.ground, decided.regime,
    decided.hours, decided.attempts_exceeded, decided.policy_id,
    CASE WHEN answer.alike AND decided.consent_record IS NOT NULL
        THEN answer.consent_record ELSE decided.consent_record END AS consent_record,
    CASE WHEN answer.alike AND decided.relationship_record IS NOT NULL
        THEN answer.relationship_record ELSE decided.relationship_record END AS relationship_record,
    CASE WHEN answer.alike AND decided.opt_out_record IS NOT NULL
        THEN answer.opt_out_record ELSE decided.opt_out_record END AS opt_out_record,
    CASE WHEN answer.alike AND decided.since IS NOT NULL THEN answer.since ELSE decided.since END AS since,
    decided.windows_key, decided.calendar, decided.zone_key
FROM many_answer AS answer
JOIN many_decided AS decided ON decided.n = answer.asked_n
