-- Objectives, frozen with the run: deciles of the municipalities with at least 30 cases (nearest rank, rates to four decimals).
-- Where lower is better, the target is the second decile and the intermediate one the seventh.
-- Measures that claims do not give, or too few municipalities, keep the shipped value.
WITH rate AS (
  SELECT measure, numerator, denominator,
         (numerator * 20000 + denominator) / (2 * denominator) AS per_10000
  FROM figure_territory
  WHERE team IS NOT NULL AND denominator >= 30
), place AS (
  SELECT measure, per_10000,
         ROW_NUMBER() OVER (PARTITION BY measure ORDER BY per_10000) AS place,
         COUNT(*) OVER (PARTITION BY measure) AS places,
         measure IN ('urgences_sans_hospitalisation', 'rehospitalisation_30j', 'hospitalisations_evitables', 'polyprescription_continue') AS lower_is_better
  FROM rate
), decile AS (
  SELECT measure,
         MIN(CASE WHEN place * 10 >= places * CASE WHEN lower_is_better THEN 2 ELSE 8 END THEN per_10000 END) AS cible,
         MIN(CASE WHEN place * 10 >= places * CASE WHEN lower_is_better THEN 7 ELSE 3 END THEN per_10000 END) AS troisieme_decile
  FROM place
  WHERE places >= 10
  GROUP BY measure
), mean AS (
  SELECT measure, (SUM(numerator) * 20000 + SUM(denominator)) / (2 * SUM(denominator)) AS moyenne_nationale
  FROM rate
  GROUP BY measure
), found AS (
  SELECT measure, 'cible' AS niveau_objectif, cible AS per_10000 FROM decile
  UNION ALL SELECT measure, 'troisieme_decile', troisieme_decile FROM decile
  UNION ALL SELECT m.measure, 'moyenne_nationale', m.moyenne_nationale FROM mean m JOIN decile d ON d.measure = m.measure
)
SELECT s.mesure, s.niveau_objectif,
       COALESCE(exact_over(f.per_10000, 10000), s.valeur) AS valeur
FROM shipped_objectifs s
LEFT JOIN found f ON f.measure = s.mesure AND f.niveau_objectif = s.niveau_objectif
ORDER BY s.mesure, s.niveau_objectif
