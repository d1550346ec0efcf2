-- Canonical table `condition` from the yearly flags of chronic diseases: one row per person, disease and year. A flag of 1 is yes.
-- The diagnosis is the name of the flag, since the source gives no code.
SELECT desynpuf_id AS patient, 'listed' AS kind, diagnosis,
       to_date(summary_year || '0101', '%Y%m%d') AS from_date,
       to_date(summary_year || '1231', '%Y%m%d') AS to_date
FROM (SELECT desynpuf_id, summary_year, 'ALZHDMTA' AS diagnosis, sp_alzhdmta AS flag FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'CHF', sp_chf FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'CHRNKIDN', sp_chrnkidn FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'CNCR', sp_cncr FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'COPD', sp_copd FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'DEPRESSN', sp_depressn FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'DIABETES', sp_diabetes FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'ISCHMCHT', sp_ischmcht FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'OSTEOPRS', sp_osteoprs FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'RA_OA', sp_ra_oa FROM beneficiary_summary
      UNION ALL SELECT desynpuf_id, summary_year, 'STRKETIA', sp_strketia FROM beneficiary_summary)
WHERE flag = '1'
