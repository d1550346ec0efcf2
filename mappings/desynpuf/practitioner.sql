-- Canonical table `practitioner`: the attending physicians of the claims. The source does not say their specialty.
SELECT DISTINCT at_physn_npi AS practitioner, 'other' AS profession
FROM inpatient_claims
WHERE COALESCE(at_physn_npi, '') <> ''
