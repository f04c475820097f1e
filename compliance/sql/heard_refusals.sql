-- The refusals heard in the staged calls, duplicates among them: a request to be left alone is never lost.
-- Not those that the person took back after the call: a file sent twice must not revive them.
SELECT said.number, said.said_at
FROM (
    SELECT number, least(coalesce(ended_at, started_at), %(present)s) AS said_at
    FROM staged_call
    WHERE opt_out_requested
) AS said
-- A subquery with a limit, and no equals sign at the company: for each number a search by the index of numbers. As a
-- join, the planner might read all refusals of the company for every one of them.
WHERE (
    SELECT true
    FROM registry_optout AS taken_back
    WHERE taken_back.number = said.number AND taken_back.scope = %(scope)s
        AND taken_back.company_id IS NOT DISTINCT FROM %(company)s
        AND upper_inf(taken_back.recorded) AND upper(taken_back.valid) > said.said_at
    LIMIT 1
) IS NULL
