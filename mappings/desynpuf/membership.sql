-- Canonical table `membership`: a physician is of the hospitals of a state from the first claim there on.
SELECT at_physn_npi AS practitioner, SUBSTR(prvdr_num, 1, 2) AS team, MIN(to_date(clm_from_dt, '%Y%m%d')) AS from_date
FROM inpatient_claims
WHERE COALESCE(at_physn_npi, '') <> '' AND COALESCE(prvdr_num, '') <> '' AND COALESCE(clm_from_dt, '') <> ''
GROUP BY at_physn_npi, SUBSTR(prvdr_num, 1, 2)
