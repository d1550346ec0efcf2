-- The forfait of each class of patients, fitted on the nation in the year before. A class that nobody is in keeps the shipped amount.
WITH fitted AS (
  SELECT CASE sex WHEN 'male' THEN 'homme' ELSE 'femme' END AS sexe,
         CASE age WHEN '<7' THEN 'age_0_6' WHEN '7-15' THEN 'age_7_15' WHEN '16-29' THEN 'age_16_29' WHEN '30-44' THEN 'age_30_44'
                  WHEN '45-59' THEN 'age_45_59' WHEN '60-69' THEN 'age_60_69' WHEN '70-79' THEN 'age_70_79' ELSE 'age_80' END AS classe_age,
         ald, css, amount
  FROM expected_forfait_release
)
SELECT s.sexe, s.classe_age, s.ald, s.css, COALESCE(f.amount, s.forfait) AS forfait
FROM shipped_forfaits s
LEFT JOIN fitted f ON f.sexe = s.sexe AND f.classe_age = s.classe_age AND f.ald = s.ald AND f.css = s.css
ORDER BY s.sexe, s.classe_age, s.ald, s.css
