-- What attribution by contacts counts here: the attending physicians of the stays, on the day of admission.
SELECT desynpuf_id                        AS patient,
       to_date(clm_admsn_dt, '%Y%m%d')    AS date,
       at_physn_npi                       AS practitioner,
       'other'                            AS profession,
       'stay'                             AS nature,
       COUNT(*)                           AS quantity
FROM inpatient_claims
WHERE segment = '1' AND COALESCE(at_physn_npi, '') <> ''
GROUP BY desynpuf_id, clm_admsn_dt, at_physn_npi
