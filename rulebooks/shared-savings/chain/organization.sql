-- One row per organization. Amounts are per person and year; the year before is brought to the characteristics of this year.
SELECT t.source_key AS organization,
       n.patients   AS beneficiaries,
       n.observed   AS observed_per_person,
       exact_round(exact_times(f.observed, exact_over(exact_over(e.expected, e.factor), f.expected)), 4) AS prior_per_person,
       exact_minus(e.factor, '1') AS national_trend,
       n.expected   AS expected_of_peers
FROM team t
JOIN expected_peers n ON n.team = t.team
JOIN expected_trend e ON e.team = t.team
JOIN expected_followed f ON f.team = t.team
ORDER BY t.source_key
