-- Canonical table `team`: the source has no team of primary care. The declared rule: the hospitals of one state, with their attending
-- physicians, stand in for one; the first two characters of a provider number are the state's in the numbering of the source.
SELECT DISTINCT SUBSTR(prvdr_num, 1, 2) AS team, 'other' AS kind
FROM inpatient_claims
WHERE COALESCE(prvdr_num, '') <> ''
