-- One row per patient who lived at least one day of the period. `attribution` must hold one date; who is not in it is in no team.
-- Days before birth and after death are no exposure: nobody can spend then.
WITH entitled AS (
  SELECT c.patient,
         MAX(CASE WHEN c.kind = 'complementary_solidarity' THEN 1 ELSE 0 END) AS solidarity,
         MAX(CASE WHEN c.kind = 'state_medical_aid' THEN 1 ELSE 0 END)        AS aid
  FROM coverage c
  WHERE c.from_date <= :period_end AND (c.to_date IS NULL OR c.to_date >= :period_start)
  GROUP BY c.patient
), ill AS (
  SELECT c.patient, COUNT(DISTINCT SUBSTR(c.diagnosis, 1, 3)) AS diseases
  FROM condition c
  WHERE c.from_date <= :period_end AND (c.to_date IS NULL OR c.to_date >= :period_start)
  GROUP BY c.patient
)
SELECT p.patient,
       a.team,
       CAST(CASE WHEN p.death_date < :period_end THEN p.death_date ELSE :period_end END
          - CASE WHEN p.birth_date > :period_start THEN p.birth_date ELSE :period_start END AS BIGINT) + 1 AS exposure_days,
       CAST(EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) AS BIGINT) AS age,
       CASE WHEN p.sex <> 'unknown' THEN p.sex END    AS sex,
       COALESCE(a.practitioner IS NOT NULL, FALSE)    AS attributed,
       i.patient IS NOT NULL                          AS long_term_condition,
       COALESCE(i.diseases, 0)                        AS conditions,
       COALESCE(e.solidarity, 0) = 1                  AS solidarity_cover,
       COALESCE(e.aid, 0) = 1                         AS state_aid,
       p.area,
       CASE WHEN SUBSTR(p.area, 1, 2) = '97' THEN SUBSTR(p.area, 1, 3) ELSE SUBSTR(p.area, 1, 2) END AS department,
       t.class,
       t.accessibility_per_1000,
       t.poverty_per_10000,
       t.deprivation_quintile
FROM patient p
LEFT JOIN attribution a ON a.patient = p.patient
LEFT JOIN entitled e ON e.patient = p.patient
LEFT JOIN ill i ON i.patient = p.patient
LEFT JOIN territory t ON t.area = p.area
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
