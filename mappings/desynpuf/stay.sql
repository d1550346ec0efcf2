-- Canonical table `stay` from hospital claims: one row per claim, its segments joined and their amounts summed.
-- All stays count as medicine: a surgical stay can be told by its group only with a list that the source does not bring.
SELECT clm_id                                       AS stay,
       MIN(desynpuf_id)                             AS patient,
       MIN(prvdr_num)                               AS hospital,
       'medicine'                                   AS kind,
       MIN(to_date(clm_admsn_dt, '%Y%m%d'))         AS admission,
       MAX(to_date(nch_bene_dschrg_dt, '%Y%m%d'))   AS discharge,
       MIN(nullif(icd9_dgns_cd_1, ''))              AS principal_diagnosis,
       MIN(nullif(clm_drg_cd, ''))                  AS stay_group,
       SUM(cents(clm_pmt_amt)) + SUM(cents(COALESCE(nullif(nch_bene_ip_ddctbl_amt, ''), '0'))) AS spent_cents,
       SUM(cents(clm_pmt_amt))                      AS reimbursed_cents
FROM inpatient_claims
GROUP BY clm_id
