-- One row per patient alive during the period. The quarter with the most different medicines decides.
WITH quarterly AS (
  SELECT d.patient, EXTRACT(QUARTER FROM d.date) AS quarter_number, COUNT(DISTINCT d.atc) AS medicines
  FROM dispensing d
  WHERE d.date BETWEEN :period_start AND :period_end AND d.atc IS NOT NULL AND d.quantity > 0
  GROUP BY d.patient, EXTRACT(QUARTER FROM d.date)
), counted AS (
  SELECT q.patient, MAX(q.medicines) AS medicines
  FROM quarterly q
  GROUP BY q.patient
)
SELECT p.patient,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min  AS denominator,
       COALESCE(c.medicines, 0) >= :seuil                                           AS numerator,
       CASE WHEN p.death_date <= :period_end THEN 'decede' END                      AS exclusion
FROM patient p
LEFT JOIN counted c ON c.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
