-- One row per patient alive during the period, with the number of avoidable episodes that ended in it.
WITH avoidable_code AS (
  SELECT c.code, MIN(v.age_min) AS age_min
  FROM (SELECT DISTINCT e.principal_diagnosis AS code FROM stay_episode e) c
  JOIN value_set v ON v.value_set = :liste_diagnostics AND STARTS_WITH(c.code, v.code)
  GROUP BY c.code
), avoidable AS (
  SELECT e.patient, COUNT(*) AS episodes
  FROM stay_episode e
  JOIN avoidable_code c ON c.code = e.principal_diagnosis
  JOIN patient q ON q.patient = e.patient
  WHERE e.kind IN (:types_sejour) AND e.discharge BETWEEN :period_start AND :period_end
    AND EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM q.birth_date) >= c.age_min
  GROUP BY e.patient
), disease AS (
  SELECT k.patient, COUNT(DISTINCT k.diagnosis) AS diseases
  FROM condition k
  WHERE k.from_date <= :period_end AND (k.to_date IS NULL OR k.to_date >= :period_start)
  GROUP BY k.patient
)
SELECT p.patient,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min  AS denominator,
       COALESCE(a.episodes, 0)                                                      AS value,
       CASE WHEN :risques_exclus
             AND (EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_risque
                  OR COALESCE(d.diseases, 0) >= :maladies_risque) THEN 'facteur_de_risque' END AS exclusion
FROM patient p
LEFT JOIN avoidable a ON a.patient = p.patient
LEFT JOIN disease d ON d.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
