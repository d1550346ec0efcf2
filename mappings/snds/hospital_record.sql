-- Stays as hospitals record them: acute care (MCO), and psychiatry (RIM-P), whose sequences are joined. With the reason why a stay
-- enters no table, if there is one. Where a key is of several persons, the rank of birth chooses between them.
WITH mco AS (
  SELECT COALESCE(b.year, c.year) AS year, COALESCE(b.eta_num, c.eta_num) AS eta_num, COALESCE(b.rsa_num, c.rsa_num) AS rsa_num,
         b.is_there IS NOT NULL AND c.is_there IS NOT NULL AS complete, c.nir_ano_17, c.rng_nai, c.unlinked,
         c.admission, c.discharge, b.dgn_pal, b.ent_mod, b.ent_prv, b.sor_mod, b.grg_ghm, b.nbr_sea
  FROM (SELECT *, TRUE AS is_there FROM t_mco_b) b
  FULL JOIN (SELECT DISTINCT year, eta_num, rsa_num, nir_ano_17, rng_nai, exe_soi_dtd AS admission, exe_soi_dtf AS discharge,
                    TRUE AS is_there,
                    COALESCE(nir_ret, '0') <> '0' OR COALESCE(nai_ret, '0') <> '0' OR
                    COALESCE(sex_ret, '0') <> '0' OR COALESCE(sej_ret, '0') <> '0' OR
                    COALESCE(fho_ret, '0') <> '0' OR COALESCE(pms_ret, '0') <> '0' OR
                    COALESCE(dat_ret, '0') <> '0' OR COALESCE(coh_nai_ret, '0') <> '0' OR
                    COALESCE(coh_sex_ret, '0') <> '0' AS unlinked
             FROM t_mco_c) c
         ON c.year = b.year AND c.eta_num = b.eta_num AND c.rsa_num = b.rsa_num
), valued AS (
  SELECT year, eta_num, rsa_num, SUM(cents(mnt_tot_am)) AS paid_cents
  FROM (SELECT DISTINCT year, eta_num, rsa_num, mnt_tot_am FROM t_mco_valo)
  GROUP BY year, eta_num, rsa_num
), psychiatry AS (
  SELECT year, eta_num_epmsi, rip_num, TRUE AS is_there, BOOL_OR(for_act LIKE '0%') AS full_time,
         FIRST_VALUE(ent_mod ORDER BY seq_seq_num) AS ent_mod, LAST_VALUE(sor_mod ORDER BY seq_seq_num) AS sor_mod,
         FIRST_VALUE(dgn_pal ORDER BY seq_seq_num) AS dgn_pal
  FROM t_rip_rsa
  GROUP BY year, eta_num_epmsi, rip_num
), psychiatry_days AS (
  SELECT year, eta_num_epmsi, rip_num, TRUE AS is_there, MIN(nir_ano_17) AS nir_ano_17,
         MIN(exe_soi_dtd) AS admission, MAX(exe_soi_dtf) AS discharge,
         BOOL_OR(COALESCE(nir_ret, '0') <> '0' OR COALESCE(nai_ret, '0') <> '0' OR COALESCE(sex_ret, '0') <> '0' OR
                 COALESCE(sej_ret, '0') <> '0' OR COALESCE(fho_ret, '0') <> '0' OR COALESCE(pms_ret, '0') <> '0' OR
                 COALESCE(dat_ret, '0') <> '0' OR COALESCE(coh_nai_ret, '0') <> '0' OR
                 COALESCE(coh_sex_ret, '0') <> '0') AS unlinked
  FROM t_rip_c
  GROUP BY year, eta_num_epmsi, rip_num
), records AS (
  SELECT 'mco' AS field, CONCAT_WS('-', 'mco', m.year, m.eta_num, m.rsa_num) AS record, m.eta_num AS hospital, m.complete,
         TRUE AS full_time, m.nir_ano_17, m.rng_nai, m.unlinked, m.admission, m.discharge, m.dgn_pal, m.ent_mod, m.ent_prv,
         m.sor_mod, m.grg_ghm, m.nbr_sea, COALESCE(v.paid_cents, 0) AS paid_cents
  FROM mco m
  LEFT JOIN valued v ON v.year = m.year AND v.eta_num = m.eta_num AND v.rsa_num = m.rsa_num
  UNION ALL
  SELECT 'rip', CONCAT_WS('-', 'rip', COALESCE(s.year, d.year), COALESCE(s.eta_num_epmsi, d.eta_num_epmsi), COALESCE(s.rip_num, d.rip_num)),
         COALESCE(s.eta_num_epmsi, d.eta_num_epmsi), s.is_there IS NOT NULL AND d.is_there IS NOT NULL,
         s.full_time, d.nir_ano_17, CAST(NULL AS VARCHAR), d.unlinked, d.admission, d.discharge, s.dgn_pal, s.ent_mod,
         CAST(NULL AS VARCHAR), s.sor_mod, CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT), CAST(0 AS BIGINT)
  FROM psychiatry s
  FULL JOIN psychiatry_days d ON d.year = s.year AND d.eta_num_epmsi = s.eta_num_epmsi AND d.rip_num = s.rip_num
)
SELECT r.field, r.record, r.hospital, r.admission, r.discharge, r.dgn_pal, r.ent_mod, r.ent_prv, r.sor_mod, r.grg_ghm,
       r.nbr_sea, r.paid_cents,
       CASE WHEN k.persons > 1 THEN w.identity ELSE k.identity END AS patient,
       CASE WHEN r.complete IS NOT TRUE THEN 'no_record'
            WHEN r.full_time IS NOT TRUE THEN 'not_full_time'
            WHEN r.unlinked THEN 'unlinked_stay'
            WHEN k.identity IS NULL THEN 'unknown_person'
            WHEN k.persons > 1 AND w.identity IS NULL THEN 'ambiguous_person'
            WHEN r.admission IS NULL OR r.discharge IS NULL THEN 'undated_stay' END AS reason
FROM records r
LEFT JOIN hospital_key k ON k.ben_nir_psa = r.nir_ano_17
LEFT JOIN person_key w ON w.ben_nir_psa = r.nir_ano_17 AND w.ben_rng_gem = whole(r.rng_nai)
