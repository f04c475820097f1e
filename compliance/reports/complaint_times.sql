-- totals
, timed AS (
    SELECT count(*) AS timed, count(*) FILTER (WHERE step.in_time) AS in_time
    FROM step_known AS step JOIN complaint_known AS complaint ON complaint.id = step.complaint_id
    WHERE step.in_time IS NOT NULL
)
SELECT
    count(complaint.id) AS complaints,
    count(*) FILTER (WHERE state NOT IN ('closed', 'withdrawn', 'joined')) AS complaints_open,
    count(*) FILTER (WHERE company_id IS NOT NULL) AS complaints_relayed,
    count(*) FILTER (
        WHERE EXISTS (SELECT FROM step_known AS step WHERE step.complaint_id = complaint.id AND step.step = 'answer')
    ) AS complaints_answered,
    count(*) FILTER (WHERE state = 'closed') AS complaints_closed,
    max(timed.timed) AS timed, max(timed.in_time) AS in_time
FROM timed LEFT JOIN complaint_known AS complaint ON true

-- table: by_step
, taken AS (
    SELECT
        step.step, step.in_time, step.at - lag(step.at) OVER (PARTITION BY step.complaint_id ORDER BY step.id) AS took
    FROM step_known AS step JOIN complaint_known AS complaint ON complaint.id = step.complaint_id
)
SELECT
    step, count(*) AS steps_taken,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY took)) / 3600 AS hours_median,
    extract(epoch FROM percentile_cont(0.9) WITHIN GROUP (ORDER BY took)) / 3600 AS hours_most,
    count(in_time) AS timed, count(*) FILTER (WHERE in_time) AS in_time
FROM taken WHERE step <> 'file'
GROUP BY step
ORDER BY array_position(ARRAY['join', 'relay', 'answer', 'notify', 'refer', 'close', 'withdraw']::text[], step::text)

-- table: by_day
, by_complaint AS (
    SELECT day, count(*) AS complaints, count(*) FILTER (WHERE state = 'closed') AS complaints_closed
    FROM complaint_known GROUP BY 1
)
SELECT
    days.day::date AS day, coalesce(complaints, 0) AS complaints, coalesce(complaints_closed, 0) AS complaints_closed
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
LEFT JOIN by_complaint ON by_complaint.day = days.day::date
ORDER BY days.day

-- table: by_sector
, answered AS (SELECT complaint_id, min(at) AS at FROM step_known WHERE step = 'answer' GROUP BY 1)
SELECT
    complaint.sector, count(*) AS complaints, count(answered.at) AS complaints_answered,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY answered.at - complaint.received_at)) / 3600
        AS hours_median
FROM complaint_known AS complaint LEFT JOIN answered ON answered.complaint_id = complaint.id
GROUP BY complaint.sector ORDER BY complaint.sector

-- table: by_company
, answered AS (SELECT complaint_id, min(at) AS at FROM step_known WHERE step = 'answer' GROUP BY 1),
timed AS (
    SELECT complaint_id, count(*) AS timed, count(*) FILTER (WHERE in_time) AS in_time
    FROM step_known WHERE step = 'answer' AND in_time IS NOT NULL GROUP BY 1
)
SELECT
    complaint.company_id AS company, count(*) AS complaints, count(answered.at) AS complaints_answered,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY answered.at - complaint.received_at)) / 3600
        AS hours_median,
    coalesce(sum(timed.timed), 0)::bigint AS timed, coalesce(sum(timed.in_time), 0)::bigint AS in_time
FROM complaint_known AS complaint
LEFT JOIN answered ON answered.complaint_id = complaint.id
LEFT JOIN timed ON timed.complaint_id = complaint.id
WHERE complaint.company_id IS NOT NULL
GROUP BY complaint.company_id ORDER BY complaint.company_id

-- table: by_state
SELECT state, count(*) AS complaints FROM complaint_known GROUP BY state ORDER BY state
