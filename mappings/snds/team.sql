-- Canonical table `team`.
SELECT team, CASE form WHEN 'msp' THEN 'maison_de_sante' WHEN 'centre' THEN 'centre_de_sante' WHEN 'cpts' THEN 'cpts'
                       ELSE 'other' END AS kind,
       "from" AS from_date
FROM teams
