-- Stays and outpatient visits that enter no table.
SELECT record, reason FROM hospital_record WHERE reason IS NOT NULL
UNION ALL
SELECT record, reason FROM outpatient_record WHERE reason IS NOT NULL
