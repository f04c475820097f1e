-- The decision on each number of a list: its own, or that of the one of its kind that was asked, with its own opt-out
-- in the place of the other's, and, if it is to be written, the id of its check.
numbered AS (
    SELECT
        known.number,
        decided.company_id, decided.seller_id, decided.caller, decided.sector, decided.channel, decided.purpose,
        decided.campaign, decided.reference, decided.at,
        decided.decision_id, decided.allowed, decided.policy_id, decided.consent_record, decided.relationship_record,
        CASE WHEN known.alike AND decided.opt_out_record IS NOT NULL
            THEN known.opt_out_record ELSE decided.opt_out_record
        END AS opt_out_record,
        CASE WHEN known.alike AND decided.since IS NOT NULL THEN known.since ELSE decided.since END AS since,
        decided.basis_ends_at, decided.valid_until, decided.free_at,
        decided.hours, decided.windows_key, decided.calendar, decided.zone_key,
        1::smallint AS kind,
        CASE WHEN %(write)s::boolean AND decided.decision_id IS NOT NULL
            THEN nextval('registry_check_id_seq')
        END AS check_id
    FROM known
    LEFT JOIN kinds ON known.alike AND kinds.place = known.place AND kinds.shape = known.shape
    LEFT JOIN decided ON decided.n = coalesce(kinds.number, known.number)
)
