-- Canonical table `territory`.
SELECT CASE WHEN department LIKE '0__' THEN SUBSTR(department, 2)
            WHEN department LIKE '97_' AND commune LIKE SUBSTR(department, 3) || '__' THEN SUBSTR(department, 1, 2)
            ELSE department END || commune AS area, class,
       poverty_per_mille * 10 AS poverty_per_10000, apl_hundredths * 10 AS accessibility_per_1000
FROM communes
