-- The questions of one turn: each number is asked about once, so that the next turn counts the attempts of this one.
SELECT
    row_number() OVER ()::integer AS n, company_id, seller_id, number, 
    CASE WHEN sellers_line THEN %(sellers_line)s ELSE caller + line END AS caller,
    CASE WHEN asks.other_sector THEN plan.other_sector ELSE plan.sector END AS sector,
    channel, 0::smallint AS purpose, NULL::text AS campaign, 'month-' || place || '-' || nth AS reference,
    base + asks.at * interval '1 second' AS at,
    base + (asks.at - blind) * interval '1 second' AS known_at,
    base + asks.at * interval '1 second' AS before
FROM month_plan AS plan
JOIN jsonb_to_recordset(%(rows)s) AS asks (
    story smallint, nth integer, at bigint, line integer, other_sector boolean, channel smallint, blind bigint,
    sellers_line boolean
) USING (story)
WHERE nth = %(turn)s AND place >= %(first)s AND place < %(past)s
