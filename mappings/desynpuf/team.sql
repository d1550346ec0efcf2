-- Canonical table `team`: the source has no team of primary care, so that a hospital with its attending physicians stands in for one.
SELECT DISTINCT prvdr_num AS team, 'other' AS kind
FROM inpatient_claims
WHERE COALESCE(prvdr_num, '') <> ''
