-- One row per resident alive during the period, with the municipality by which territories are formed.
SELECT p.patient, p.area,
       EXTRACT(YEAR FROM :period_end) - EXTRACT(YEAR FROM p.birth_date) >= :age_min AS denominator,
       r.patient IS NOT NULL                                                       AS numerator,
       CASE WHEN p.death_date <= :period_end THEN 'decede'
            WHEN p.area IS NULL              THEN 'sans_commune' END               AS exclusion
FROM patient p
LEFT JOIN (SELECT DISTINCT g.patient
           FROM registration g
           WHERE g.from_date <= :period_end AND (g.to_date IS NULL OR g.to_date >= :period_end)) r ON r.patient = p.patient
WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
