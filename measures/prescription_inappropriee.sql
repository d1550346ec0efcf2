-- One row per patient alive during the period. There are some thousand codes: the limit only tells an engine that they are
-- few, so that it looks up lines among them and not the other way round.
WITH listed_code AS (
  SELECT c.code, MIN(v.age_min) AS age_min
  FROM (SELECT DISTINCT d.atc AS code FROM dispensing d WHERE d.date BETWEEN :period_start AND :period_end) c
  JOIN value_set v ON v.value_set = :liste_medicaments AND STARTS_WITH(c.code, v.code)
  GROUP BY c.code
  LIMIT 100000
), concerned AS (
  SELECT d.patient, MIN(c.age_min) AS age_min
  FROM dispensing d
  JOIN listed_code c ON c.code = d.atc
  WHERE d.date BETWEEN :period_start AND :period_end AND d.quantity > 0
  GROUP BY d.patient
)
SELECT p.patient,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min                       AS denominator,
       c.patient IS NOT NULL
         AND EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= COALESCE(c.age_min, 0)   AS numerator,
       CASE WHEN p.death_date <= :period_end THEN 'decede' END                                           AS exclusion
FROM patient p
LEFT JOIN concerned c ON c.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
