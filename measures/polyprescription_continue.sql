-- One row per patient alive during the period. A medicine is continuous when it was dispensed on enough different days of the period.
WITH dispensed AS (
  SELECT d.patient, d.atc, COUNT(DISTINCT d.date) AS days
  FROM dispensing d
  WHERE d.date BETWEEN :period_start AND :period_end AND d.atc IS NOT NULL AND d.quantity > 0
  GROUP BY d.patient, d.atc
), counted AS (
  SELECT c.patient, COUNT(*) AS medicines
  FROM dispensed c
  WHERE c.days >= :delivrances
  GROUP BY c.patient
)
SELECT p.patient,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min  AS denominator,
       COALESCE(c.medicines, 0) >= :seuil                                           AS numerator,
       CASE WHEN p.death_date <= :period_end THEN 'decede' END                      AS exclusion
FROM patient p
LEFT JOIN counted c ON c.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
