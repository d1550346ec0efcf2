-- One row per team and measure, with the counts of the year and of the year before.
SELECT t.source_key || '/' || f.measure AS indicateur,
       t.source_key                     AS equipe,
       f.measure                        AS mesure,
       f.numerator                      AS numerateur,
       f.denominator                    AS denominateur,
       b.numerator                      AS numerateur_precedent,
       b.denominator                    AS denominateur_precedent
FROM figure f
JOIN team t ON t.team = f.team
LEFT JOIN figure_before b ON b.team = f.team AND b.measure = f.measure
WHERE f.denominator > 0
  AND f.team IN (SELECT team FROM list_before) AND f.team IN (SELECT team FROM list_2019)
ORDER BY t.source_key, f.measure
