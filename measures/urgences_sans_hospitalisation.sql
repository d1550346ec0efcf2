-- One row per emergency visit of the period. The visits of one patient on one day are one when the choice says so: the smallest key stands for all.
WITH first_of_day AS (
  SELECT v.patient, v.date, MIN(v.visit) AS visit
  FROM emergency_visit v
  WHERE v.date BETWEEN :period_start AND :period_end
  GROUP BY v.patient, v.date
), dated_visit AS (
  SELECT v.patient, v.visit, v.date,
         CASE WHEN :un_passage_par_jour THEN f.visit ELSE v.visit END AS first_visit,
         CASE WHEN v.admitted THEN 1 ELSE 0 END AS admitted
  FROM emergency_visit v
  JOIN first_of_day f ON f.patient = v.patient AND f.date = v.date
  WHERE v.date BETWEEN :period_start AND :period_end
), admission_after AS (
  SELECT DISTINCT d.first_visit
  FROM dated_visit d
  JOIN stay s ON s.patient = d.patient AND s.through_emergency AND s.kind <> 'session'
             AND s.admission >= d.date AND s.admission <= d.date + :delai_jours
), outcome AS (
  SELECT d.first_visit, MAX(d.admitted) AS admitted
  FROM dated_visit d
  GROUP BY d.first_visit
)
SELECT d.patient, d.visit,
       TRUE                                                              AS denominator,
       o.admitted = 0 AND a.first_visit IS NULL                          AS numerator,
       CASE WHEN d.visit <> d.first_visit THEN 'meme_jour' END           AS exclusion
FROM dated_visit d
JOIN outcome o ON o.first_visit = d.first_visit
LEFT JOIN admission_after a ON a.first_visit = d.first_visit
