-- Leave only what is asked again: the sectors, the share of all numbers, and what was on record at %(as_of)s.
DELETE FROM audit_check
WHERE NOT (%(sectors)s::integer >> sector) & 1 = 1 OR checked_at > %(as_of)s
    OR (hashint8extended(number, 77) & 9223372036854775807) %% 100 >= %(share)s;
DELETE FROM audit_call
WHERE NOT (%(sectors)s::integer >> sector) & 1 = 1
    OR (hashint8extended(number, 77) & 9223372036854775807) %% 100 >= %(share)s
    OR EXISTS (
        SELECT FROM compliance_call AS late
        WHERE late.id = audit_call.id AND late.started_at = audit_call.started_at AND late.received_at > %(as_of)s
    )
