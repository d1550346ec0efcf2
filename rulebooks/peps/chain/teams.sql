-- What the report says of each team: its form, the class of territory where most of its patients live, and the fifth of
-- teams that it belongs to by the poverty of its patients' municipalities (5: the poorest).
WITH living AS (
  SELECT l.team, y.class, y.poverty_per_10000
  FROM list l
  JOIN patient p ON p.patient = l.patient
  JOIN territory y ON y.area = p.area
  WHERE l.team IS NOT NULL
), class_of AS (
  SELECT team, class, ROW_NUMBER() OVER (PARTITION BY team ORDER BY COUNT(*) DESC, class) AS place
  FROM living
  WHERE class IS NOT NULL
  GROUP BY team, class
), poverty_of AS (
  SELECT team, NTILE(5) OVER (ORDER BY SUM(poverty_per_10000) / COUNT(*), team) AS quintile
  FROM living
  GROUP BY team
)
SELECT t.source_key AS team,
       CASE t.kind WHEN 'centre_de_sante' THEN 'centre de santé' WHEN 'cpts' THEN 'CPTS' ELSE 'maison de santé' END AS kind_fr,
       CASE t.kind WHEN 'centre_de_sante' THEN 'health centre' WHEN 'cpts' THEN 'CPTS' ELSE 'health house (MSP)' END AS kind_en,
       CASE c.class
         WHEN 'periurbain' THEN 'périurbain'
         WHEN 'marges_rurales' THEN 'marges rurales'
         WHEN 'retraite_tourisme' THEN 'retraite et tourisme'
         WHEN 'defavorise' THEN 'défavorisé'
         WHEN 'centres_mixtes' THEN 'centres-villes mêlés'
         WHEN 'favorise' THEN 'favorisé'
         WHEN 'outre_mer' THEN 'outre-mer'
         ELSE c.class END AS territory_fr,
       CASE c.class
         WHEN 'periurbain' THEN 'suburban'
         WHEN 'marges_rurales' THEN 'rural margins'
         WHEN 'retraite_tourisme' THEN 'retirement and tourism'
         WHEN 'defavorise' THEN 'deprived'
         WHEN 'centres_mixtes' THEN 'mixed town centres'
         WHEN 'favorise' THEN 'favoured'
         WHEN 'outre_mer' THEN 'overseas'
         ELSE c.class END AS territory_en,
       y.quintile AS deprivation
FROM team t
LEFT JOIN class_of c ON c.team = t.team AND c.place = 1
LEFT JOIN poverty_of y ON y.team = t.team
WHERE t.team IN (SELECT team FROM list)
ORDER BY t.source_key
