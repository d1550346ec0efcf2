-- What the report says of each group: its form, the class of its territory, the quintile of poverty of its municipality.
WITH ranked AS (
  SELECT area, class, NTILE(5) OVER (ORDER BY poverty_per_10000, area) AS quintile FROM territory
)
SELECT t.source_key AS team,
       CASE t.kind WHEN 'centre_de_sante' THEN 'centre de santé' WHEN 'cpts' THEN 'CPTS' ELSE 'maison de santé' END AS kind_fr,
       CASE t.kind WHEN 'centre_de_sante' THEN 'health centre' WHEN 'cpts' THEN 'CPTS' ELSE 'health house (MSP)' END AS kind_en,
       CASE y.class WHEN 'zip' THEN 'zone d''intervention prioritaire' WHEN 'zac' THEN 'zone d''action complémentaire' WHEN 'hors_zonage' THEN 'hors zonage' ELSE y.class END AS territory_fr,
       CASE y.class WHEN 'zip' THEN 'priority area' WHEN 'zac' THEN 'additional area' WHEN 'hors_zonage' THEN 'outside the zoning' ELSE y.class END AS territory_en,
       y.quintile AS deprivation
FROM team t
LEFT JOIN ranked y ON y.area = t.area
WHERE t.team IN (SELECT team FROM list)
ORDER BY t.source_key
