-- One row per patient alive during the period, with the number of different medicines that were reimbursed.
WITH counted AS (
  SELECT d.patient, COUNT(DISTINCT d.atc) AS medicines
  FROM dispensing d
  WHERE d.date BETWEEN :period_start AND :period_end AND d.atc IS NOT NULL AND d.quantity > 0 AND d.reimbursed_cents > 0
  GROUP BY d.patient
)
SELECT p.patient,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min  AS denominator,
       COALESCE(c.medicines, 0)                                                     AS value,
       CASE WHEN p.death_date <= :period_end THEN 'decede' END                      AS exclusion
FROM patient p
LEFT JOIN counted c ON c.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
