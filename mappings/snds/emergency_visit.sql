-- Canonical table `emergency_visit`: visits without a stay, and stays that came through an emergency department (ENT_PRV 5), whose
-- cost is that of the stay.
SELECT record AS visit, patient, date, hospital, FALSE AS admitted, spent_cents, reimbursed_cents
FROM outpatient_record
WHERE reason IS NULL
UNION ALL
SELECT DISTINCT 'stay-' || record, patient, admission, hospital, TRUE, CAST(0 AS BIGINT), CAST(0 AS BIGINT)
FROM hospital_record
WHERE reason IS NULL AND ent_prv = '5'
