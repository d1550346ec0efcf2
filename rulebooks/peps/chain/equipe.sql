-- One row per team. Acts are contacts with the general practitioners of the team, whoever the patient is registered with.
-- The poverty rate is that of the municipalities where its doctors practise. The adjustment for the place is left at 1.
WITH member AS (
  SELECT m.practitioner, m.team, m.from_date, m.to_date
  FROM membership m
  JOIN practitioner d ON d.practitioner = m.practitioner AND d.profession = 'general_practitioner'
), done AS (
  SELECT m.team,
         SUM(CASE WHEN EXTRACT(YEAR FROM a.date) = :year THEN a.quantity ELSE 0 END)    AS acts,
         SUM(CASE WHEN EXTRACT(YEAR FROM a.date) = 2019 THEN a.quantity ELSE 0 END)     AS acts_2019,
         SUM(CASE WHEN EXTRACT(YEAR FROM a.date) = :year THEN a.spent_cents ELSE 0 END) AS cents,
         SUM(CASE WHEN EXTRACT(YEAR FROM a.date) = 2019 THEN a.spent_cents ELSE 0 END)  AS cents_2019
  FROM act a
  JOIN member m ON m.practitioner = a.practitioner AND m.from_date <= a.date AND (m.to_date IS NULL OR m.to_date >= a.date)
  WHERE a.profession = 'general_practitioner' AND a.contact
    AND EXTRACT(YEAR FROM a.date) IN (2019, :year)
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
)
SELECT t.source_key AS equipe,
       s.doctors    AS medecins,
       s.nurses     AS infirmiers,
       exact_over(y.poverty, y.doctors) AS taux_pauvrete,
       d.acts       AS actes,
       d.acts_2019  AS actes_2019,
       r.patients   AS patients_2019,
       exact_over(d.cents_2019, 100) AS paiement_a_l_acte_2019,
       exact_over(d.cents, 100)      AS paiement_a_l_acte_annee,
       TRUE         AS annee_connue
FROM team t
JOIN (SELECT team, COUNT(*) AS patients FROM list WHERE team IS NOT NULL GROUP BY team) l ON l.team = t.team
JOIN (SELECT team, COUNT(*) AS patients FROM list_before WHERE team IS NOT NULL GROUP BY team) b ON b.team = t.team
JOIN (SELECT team, COUNT(*) AS patients FROM list_2019 WHERE team IS NOT NULL GROUP BY team) r ON r.team = t.team
JOIN done d ON d.team = t.team
JOIN staff s ON s.team = t.team
LEFT JOIN place y ON y.team = t.team
ORDER BY t.source_key
