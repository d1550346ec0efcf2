-- Canonical table `registration`: médecins traitants with their days.
SELECT w.identity AS patient, m.mtt_pfs_num AS practitioner, m.mtt_dep_dte AS from_date, m.mtt_fin_dte AS to_date
FROM ir_mtt_r m
JOIN person_key w ON w.ben_nir_psa = m.ben_nir_psa AND w.ben_rng_gem = COALESCE(m.ben_rng_gem, 1)
