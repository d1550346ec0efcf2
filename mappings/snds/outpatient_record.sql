-- Outpatient visits to hospitals, with what was billed for a visit to the emergency department (ATU), and the reason why a visit
-- enters no table, if there is one.
SELECT CONCAT_WS('-', 'cstc', v.year, v.eta_num, v.seq_num) AS record, v.eta_num AS hospital, v.exe_soi_dtd AS date,
       k.identity AS patient, COALESCE(f.spent_cents, 0) AS spent_cents, COALESCE(f.reimbursed_cents, 0) AS reimbursed_cents,
       CASE WHEN f.seq_num IS NULL THEN 'not_emergency'
            WHEN v.unlinked THEN 'unlinked_stay'
            WHEN k.identity IS NULL THEN 'unknown_person'
            WHEN k.persons > 1 THEN 'ambiguous_person'
            WHEN v.exe_soi_dtd IS NULL THEN 'undated_stay' END AS reason
FROM (SELECT DISTINCT year, eta_num, seq_num, nir_ano_17, exe_soi_dtd,
             COALESCE(nir_ret, '0') <> '0' OR COALESCE(nai_ret, '0') <> '0' OR COALESCE(sex_ret, '0') <> '0' OR
             COALESCE(ias_ret, '0') <> '0' OR COALESCE(ent_dat_ret, '0') <> '0' AS unlinked
      FROM t_mco_cstc) v
LEFT JOIN (SELECT year, eta_num, seq_num, SUM(cents(hon_mnt)) AS spent_cents, SUM(cents(amo_mnr)) AS reimbursed_cents
           FROM t_mco_fbstc
           WHERE act_cod = 'ATU'
           GROUP BY year, eta_num, seq_num) f
       ON f.year = v.year AND f.eta_num = v.eta_num AND f.seq_num = v.seq_num
LEFT JOIN hospital_key k ON k.ben_nir_psa = v.nir_ano_17
