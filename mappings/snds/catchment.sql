-- Canonical table `catchment`: the municipalities of the area of a community (CPTS); other teams answer for patients, not places.
SELECT t.team, CASE WHEN c.department LIKE '0__' THEN SUBSTR(c.department, 2)
                    WHEN c.department LIKE '97_' AND c.commune LIKE SUBSTR(c.department, 3) || '__' THEN SUBSTR(c.department, 1, 2)
                    ELSE c.department END || c.commune AS area,
       COALESCE(t."from", DATE '1900-01-01') AS from_date
FROM teams t
JOIN communes c ON c.area = t.area
WHERE t.form = 'cpts'
