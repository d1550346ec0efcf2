-- One row per team. Acts are contacts of covered patients with the general practitioners of the team, since those alone are what the
-- forfait replaces: of the list that the year is paid on, and of the list of the year of reference at its end.
-- The poverty rate is that of the municipalities where its doctors practise. What the département spends on its GPs for one
-- inhabitant, over what those municipalities spend, is read by changes/department-over-local.toml only; so is 2018 as the
-- year of reference by changes/reference-year-2018.toml.
WITH member AS (
  SELECT m.practitioner, m.team, m.from_date, m.to_date
  FROM membership m
  JOIN practitioner d ON d.practitioner = m.practitioner AND d.profession = 'general_practitioner'
), covered AS (
  SELECT patient, team, 'now' AS what, :year AS year FROM list_before WHERE team IS NOT NULL
  UNION ALL SELECT patient, team, 'in 2019', 2019 FROM list_2019 WHERE team IS NOT NULL
  UNION ALL SELECT patient, team, 'in 2018', 2018 FROM list_2018 WHERE team IS NOT NULL
), done AS (
  SELECT m.team,
         SUM(CASE WHEN c.what = 'now' THEN a.quantity ELSE 0 END)        AS acts,
         SUM(CASE WHEN c.what = 'in 2019' THEN a.quantity ELSE 0 END)    AS acts_2019,
         SUM(CASE WHEN c.what = 'in 2018' THEN a.quantity ELSE 0 END)    AS acts_2018,
         SUM(CASE WHEN c.what = 'now' THEN a.spent_cents ELSE 0 END)     AS cents,
         SUM(CASE WHEN c.what = 'in 2019' THEN a.spent_cents ELSE 0 END) AS cents_2019,
         SUM(CASE WHEN c.what = 'in 2018' THEN a.spent_cents ELSE 0 END) AS cents_2018
  FROM act a
  JOIN member m ON m.practitioner = a.practitioner AND m.from_date <= a.date AND (m.to_date IS NULL OR m.to_date >= a.date)
  JOIN covered c ON c.patient = a.patient AND c.team = m.team AND c.year = EXTRACT(YEAR FROM a.date)
  WHERE a.profession = 'general_practitioner' AND a.contact
    AND EXTRACT(YEAR FROM a.date) IN (2018, 2019, :year)
  GROUP BY m.team
), staff AS (
  SELECT m.team,
         COUNT(DISTINCT CASE WHEN d.profession = 'general_practitioner' THEN m.practitioner END) AS doctors,
         COUNT(DISTINCT CASE WHEN d.profession = 'nurse' THEN m.practitioner END)                AS nurses
  FROM membership m
  JOIN practitioner d ON d.practitioner = m.practitioner
  WHERE m.from_date <= :period_end AND (m.to_date IS NULL OR m.to_date >= :period_end)
  GROUP BY m.team
), place AS (
  SELECT m.team, SUM(y.poverty_per_10000) AS poverty, COUNT(*) * 10000 AS doctors
  FROM member m
  JOIN practitioner d ON d.practitioner = m.practitioner
  JOIN territory y ON y.area = d.area
  WHERE m.from_date <= :period_end AND (m.to_date IS NULL OR m.to_date >= :period_end)
  GROUP BY m.team
), inhabitant AS (
  SELECT p.area, CASE WHEN SUBSTR(p.area, 1, 2) = '97' THEN SUBSTR(p.area, 1, 3) ELSE SUBSTR(p.area, 1, 2) END AS department,
         SUM(COALESCE(a.cents, 0)) AS cents, COUNT(*) AS people
  FROM patient p
  LEFT JOIN (SELECT patient, SUM(spent_cents) AS cents
             FROM act
             WHERE profession = 'general_practitioner' AND contact AND EXTRACT(YEAR FROM date) = :year
             GROUP BY patient) a ON a.patient = p.patient
  WHERE p.birth_date <= :period_end AND (p.death_date IS NULL OR p.death_date >= :period_start)
  GROUP BY p.area
), practised AS (
  SELECT DISTINCT m.team, i.area, i.department, i.cents, i.people
  FROM member m
  JOIN practitioner d ON d.practitioner = m.practitioner
  JOIN inhabitant i ON i.area = d.area
  WHERE m.from_date <= :period_end AND (m.to_date IS NULL OR m.to_date >= :period_end)
), near AS (
  SELECT team, SUM(cents) AS cents, SUM(people) AS people FROM practised GROUP BY team
), around AS (
  SELECT q.team, SUM(i.cents) AS cents, SUM(i.people) AS people
  FROM (SELECT DISTINCT team, department FROM practised) q
  JOIN inhabitant i ON i.department = q.department
  GROUP BY q.team
)
SELECT t.source_key AS equipe,
       s.doctors    AS medecins,
       s.nurses     AS infirmiers,
       exact_over(y.poverty, y.doctors) AS taux_pauvrete,
       exact_over(exact_over(w.cents, w.people), exact_over(n.cents, n.people)) AS rapport_departement_local,
       d.acts       AS actes,
       d.acts_2019  AS actes_2019,
       d.acts_2018  AS actes_2018,
       r.patients   AS patients_2019,
       o.patients   AS patients_2018,
       exact_over(d.cents_2019, 100) AS paiement_a_l_acte_2019,
       exact_over(d.cents_2018, 100) AS paiement_a_l_acte_2018,
       exact_over(d.cents, 100)      AS paiement_a_l_acte_annee,
       TRUE         AS annee_connue
FROM team t
JOIN (SELECT team, COUNT(*) AS patients FROM list WHERE team IS NOT NULL GROUP BY team) l ON l.team = t.team
JOIN (SELECT team, COUNT(*) AS patients FROM list_before WHERE team IS NOT NULL GROUP BY team) b ON b.team = t.team
JOIN (SELECT team, COUNT(*) AS patients FROM list_2019 WHERE team IS NOT NULL GROUP BY team) r ON r.team = t.team
JOIN done d ON d.team = t.team
JOIN staff s ON s.team = t.team
LEFT JOIN place y ON y.team = t.team
LEFT JOIN near n ON n.team = t.team
LEFT JOIN around w ON w.team = t.team
LEFT JOIN (SELECT team, COUNT(*) AS patients FROM list_2018 WHERE team IS NOT NULL GROUP BY team) o ON o.team = t.team
ORDER BY t.source_key
