-- One row per patient and team, of the list of the year before or of this year's. The patient is a number of this import, no identity.
-- Age is that on the last day of the year before. Acts elsewhere are contacts with general practitioners who are not in the team
-- on that day, from the day on which the patient is registered in it: what came before is nobody's leakage.
WITH listed AS (
  SELECT patient, team, MAX(before) AS before, MAX(now) AS now
  FROM (SELECT patient, team, 1 AS before, 0 AS now FROM list_before WHERE team IS NOT NULL
        UNION ALL SELECT patient, team, 0, 1 FROM list WHERE team IS NOT NULL)
  GROUP BY patient, team
), known AS (
  SELECT t.team, t.source_key
  FROM team t
  WHERE t.team IN (SELECT team FROM list) AND t.team IN (SELECT team FROM list_before) AND t.team IN (SELECT team FROM list_2019)
), member AS (
  SELECT m.practitioner, m.team, m.from_date, m.to_date
  FROM membership m
  JOIN practitioner d ON d.practitioner = m.practitioner AND d.profession = 'general_practitioner'
), registered AS (
  SELECT r.patient, m.team, MIN(CASE WHEN m.from_date > r.from_date THEN m.from_date ELSE r.from_date END) AS since
  FROM registration r
  JOIN member m ON m.practitioner = r.practitioner
  WHERE (r.to_date IS NULL OR r.to_date >= m.from_date) AND (m.to_date IS NULL OR m.to_date >= r.from_date)
  GROUP BY r.patient, m.team
), act_before AS (
  SELECT l.patient, l.team,
         SUM(CASE WHEN m.team IS NOT NULL THEN a.quantity ELSE 0 END)    AS inside,
         SUM(CASE WHEN m.team IS NULL AND a.date >= g.since THEN a.quantity ELSE 0 END)    AS outside,
         SUM(CASE WHEN m.team IS NULL AND a.date >= g.since THEN a.spent_cents ELSE 0 END) AS outside_cents
  FROM listed l
  JOIN act a ON a.patient = l.patient
  LEFT JOIN registered g ON g.patient = l.patient AND g.team = l.team
  LEFT JOIN member m ON m.practitioner = a.practitioner AND m.team = l.team
                    AND m.from_date <= a.date AND (m.to_date IS NULL OR m.to_date >= a.date)
  WHERE a.profession = 'general_practitioner' AND a.contact AND EXTRACT(YEAR FROM a.date) = :previous_year
  GROUP BY l.patient, l.team
), ill AS (
  SELECT c.patient, COUNT(DISTINCT SUBSTR(c.diagnosis, 1, 3)) AS diseases,
         MAX(CASE WHEN SUBSTR(c.diagnosis, 1, 3) IN ('E10', 'E11', 'E12', 'E13', 'E14') THEN 1 ELSE 0 END) AS diabetes,
         MAX(CASE WHEN SUBSTR(c.diagnosis, 1, 3) IN ('G30', 'F00', 'G20', 'G35') THEN 1 ELSE 0 END)        AS neurological
  FROM condition c
  WHERE c.from_date < :period_start AND (c.to_date IS NULL OR c.to_date >= :period_start)
  GROUP BY c.patient
), entitled AS (
  SELECT c.patient, MAX(CASE WHEN c.kind = 'complementary_solidarity' THEN 1 ELSE 0 END) AS solidarity
  FROM coverage c
  WHERE c.from_date < :period_start AND (c.to_date IS NULL OR c.to_date >= :period_start)
  GROUP BY c.patient
)
SELECT k.source_key || '/' || CAST(l.patient AS VARCHAR) AS patient,
       k.source_key AS equipe,
       CASE WHEN EXTRACT(YEAR FROM p.birth_date) > :previous_year THEN 0 ELSE :previous_year - EXTRACT(YEAR FROM p.birth_date) END AS age,
       CASE p.sex WHEN 'male' THEN 'homme' ELSE 'femme' END AS sexe,
       i.patient IS NOT NULL            AS ald,
       COALESCE(i.neurological, 0) = 1  AS ald_neurologique,
       COALESCE(i.diabetes, 0) = 1      AS ald_diabete,
       COALESCE(e.solidarity, 0) = 1    AS css,
       CASE WHEN COALESCE(i.diseases, 0) > 1 THEN i.diseases - 1 ELSE 0 END AS comorbidites,
       l.before = 1                     AS liste_precedente,
       l.now = 1                        AS liste_courante,
       COALESCE(a.inside, 0)            AS actes_equipe_precedents,
       COALESCE(a.outside, 0)           AS actes_ailleurs,
       exact_over(COALESCE(a.outside_cents, 0), 100) AS montant_ailleurs
FROM listed l
JOIN known k ON k.team = l.team
JOIN patient p ON p.patient = l.patient
LEFT JOIN act_before a ON a.patient = l.patient AND a.team = l.team
LEFT JOIN ill i ON i.patient = l.patient
LEFT JOIN entitled e ON e.patient = l.patient
ORDER BY equipe, patient
