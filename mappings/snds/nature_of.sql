-- The natures that the lines have, whether they exist, and what they are.
SELECT d.nature, MAX(n.first_code) IS NOT NULL AS known, MAX(k.kind) AS kind
FROM (SELECT DISTINCT prs_nat_ref AS nature FROM er_prs_f) d
LEFT JOIN nature n ON d.nature BETWEEN n.first_code AND n.last_code
LEFT JOIN nature_kind k ON d.nature BETWEEN k.first_code AND k.last_code
GROUP BY d.nature
