-- One row per patient alive during the period. Only those count whom some age of the list concerns.
WITH old_enough AS (
  SELECT p.patient
  FROM patient p
  JOIN (SELECT MIN(v.age_min) AS age FROM value_set v WHERE v.value_set = :liste_medicaments) y
    ON EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= y.age
), theirs AS (
  SELECT d.patient, d.atc
  FROM dispensing d
  JOIN old_enough o ON o.patient = d.patient
  WHERE d.date BETWEEN :period_start AND :period_end AND d.quantity > 0
), listed_code AS (
  SELECT c.code, MIN(v.age_min) AS age_min
  FROM (SELECT DISTINCT t.atc AS code FROM theirs t) c
  JOIN value_set v ON v.value_set = :liste_medicaments AND STARTS_WITH(c.code, v.code)
  GROUP BY c.code
), concerned AS (
  SELECT t.patient, MIN(c.age_min) AS age_min
  FROM theirs t
  JOIN listed_code c ON c.code = t.atc
  GROUP BY t.patient
)
SELECT p.patient,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min                       AS denominator,
       c.patient IS NOT NULL
         AND EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= c.age_min                AS numerator,
       CASE WHEN p.death_date <= :period_end THEN 'decede' END                                           AS exclusion
FROM patient p
LEFT JOIN concerned c ON c.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
