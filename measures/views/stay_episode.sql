-- Stays joined by transfer are one episode: one row per episode, under the key of its first stay. Sessions are left out.
-- A stay goes on from the one before it (by admission, discharge, key) when it begins on the day that one ended or within the delay,
-- and one of the two says that it is a transfer. Whoever was never transferred has one episode per stay, and needs no comparison.
WITH moved AS (
  SELECT DISTINCT s.patient
  FROM stay s
  WHERE :transfert_un_episode AND s.kind <> 'session' AND (s.admission_mode = 'transfer' OR s.discharge_mode = 'transfer')
), numbered_stay AS (
  SELECT s.*,
         LAG(s.discharge)      OVER (PARTITION BY s.patient ORDER BY s.admission, s.discharge, s.stay) AS discharge_before,
         LAG(s.discharge_mode) OVER (PARTITION BY s.patient ORDER BY s.admission, s.discharge, s.stay) AS mode_before
  FROM stay s
  JOIN moved m ON m.patient = s.patient
  WHERE s.kind <> 'session'
), started AS (
  SELECT n.*,
         CASE WHEN n.admission >= n.discharge_before
               AND n.admission <= n.discharge_before + :delai_transfert_jours
               AND (n.mode_before = 'transfer' OR n.admission_mode = 'transfer')
              THEN 0 ELSE 1 END AS starts
  FROM numbered_stay n
), grouped AS (
  SELECT t.*,
         SUM(t.starts) OVER (PARTITION BY t.patient ORDER BY t.admission, t.discharge, t.stay ROWS UNBOUNDED PRECEDING) AS episode,
         LEAD(t.starts) OVER (PARTITION BY t.patient ORDER BY t.admission, t.discharge, t.stay) AS next_starts
  FROM started t
), episode AS (
  SELECT MAX(CASE WHEN g.starts = 1 THEN g.stay END)                                             AS stay,
         g.patient,
         MAX(CASE WHEN g.starts = 1 THEN g.kind END)                                             AS kind,
         MIN(g.admission)                                                                        AS admission,
         MAX(g.discharge)                                                                        AS discharge,
         MAX(CASE WHEN g.starts = 1 AND g.through_emergency THEN 1 ELSE 0 END) = 1               AS through_emergency,
         MAX(CASE WHEN g.next_starts IS NULL OR g.next_starts = 1 THEN g.discharge_mode END)     AS discharge_mode,
         MAX(CASE WHEN g.starts = 1 THEN g.principal_diagnosis END)                              AS principal_diagnosis,
         MAX(CASE WHEN g.starts = 1 THEN g.stay_group END)                                       AS stay_group
  FROM grouped g
  GROUP BY g.patient, g.episode
  UNION ALL
  SELECT s.stay, s.patient, s.kind, s.admission, s.discharge, s.through_emergency, s.discharge_mode, s.principal_diagnosis, s.stay_group
  FROM stay s
  LEFT JOIN moved m ON m.patient = s.patient
  WHERE s.kind <> 'session' AND m.patient IS NULL
), code_diagnosis AS (
  SELECT DISTINCT c.principal_diagnosis AS code
  FROM (SELECT DISTINCT s.principal_diagnosis FROM stay s) c
  JOIN value_set v ON v.value_set = :liste_programmes AND v.system = 'icd10' AND STARTS_WITH(c.principal_diagnosis, v.code)
), code_group AS (
  SELECT DISTINCT c.stay_group AS code
  FROM (SELECT DISTINCT s.stay_group FROM stay s) c
  JOIN value_set v ON v.value_set = :liste_programmes AND v.system = 'ghm' AND STARTS_WITH(c.stay_group, v.code)
)
SELECT e.stay, e.patient, e.kind, e.admission, e.discharge, e.through_emergency, e.discharge_mode, e.principal_diagnosis,
       d.code IS NOT NULL OR h.code IS NOT NULL AS planned
FROM episode e
LEFT JOIN code_diagnosis d ON d.code = e.principal_diagnosis
LEFT JOIN code_group h ON h.code = e.stay_group
