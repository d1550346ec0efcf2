-- One row per group and measure, with the counts of the year and of the year before.
SELECT t.source_key || '/' || f.measure AS indicateur,
       t.source_key                     AS groupement,
       f.measure                        AS mesure,
       f.numerator                      AS numerateur,
       f.denominator                    AS denominateur,
       b.numerator                      AS numerateur_precedent,
       b.denominator                    AS denominateur_precedent
FROM figure f
JOIN team t ON t.team = f.team
JOIN expected_nation n ON n.team = t.team
JOIN expected_trend e ON e.team = t.team
JOIN expected_followed x ON x.team = t.team
LEFT JOIN figure_before b ON b.team = f.team AND b.measure = f.measure
WHERE f.denominator > 0
ORDER BY t.source_key, f.measure
