-- One row per group. Amounts are per patient and year, exact; `exact_…` are exact where SQL would truncate.
-- The wave is no part of claims: groups that existed before 2019 are taken for the first one. Correct it by a change of facts.
SELECT t.source_key AS groupement,
       CASE WHEN t.from_date >= DATE '2019-01-01' THEN 'vague_2019' ELSE 'vague_2018' END AS vague,
       CASE t.kind WHEN 'centre_de_sante' THEN 'centre_de_sante' WHEN 'cpts' THEN 'cpts' ELSE 'msp' END AS type_de_groupement,
       l.patients,
       n.observed AS depense_observee,
       -- The year before, brought to the characteristics of this year: times expected now over expected then, at the prices of then.
       exact_round(exact_times(f.observed, exact_over(exact_over(e.expected, e.factor), f.expected)), 4) AS depense_precedente_personnes_suivies,
       exact_round(exact_times(b.observed, exact_over(exact_over(e.expected, e.factor), b.expected)), 4) AS depense_precedente_liste_precedente,
       exact_minus(e.factor, '1') AS evolution_nationale,
       n.expected AS depense_nationale_sans_territoire,
       d.expected AS depense_nationale_departement,
       c.expected AS depense_nationale_six_classes,
       p.interessement AS montant_precedent,
       pl.patients     AS patients_precedents
FROM team t
JOIN (SELECT team, COUNT(*) AS patients FROM list WHERE team IS NOT NULL GROUP BY team) l ON l.team = t.team
JOIN expected_nation n ON n.team = t.team
JOIN expected_trend e ON e.team = t.team
JOIN expected_followed f ON f.team = t.team
LEFT JOIN expected_list_before b ON b.team = t.team
LEFT JOIN expected_department d ON d.team = t.team
LEFT JOIN expected_class c ON c.team = t.team
LEFT JOIN previous p ON p.groupement = t.source_key
LEFT JOIN (SELECT team, COUNT(*) AS patients FROM list_before WHERE team IS NOT NULL GROUP BY team) pl ON pl.team = t.team
ORDER BY t.source_key
