-- Rows about persons that enter no table.
SELECT CONCAT_WS(';', 'BEN_NIR_PSA=' || i.ben_nir_psa, 'IMB_ALD_DTD=' || CAST(i.imb_ald_dtd AS VARCHAR)) AS record,
       CASE WHEN i.imb_etm_nat IS NULL OR i.imb_etm_nat NOT IN (41, 43, 45) THEN 'other_recognition'
            ELSE 'unknown_person' END AS reason
FROM ir_imb_r i
LEFT JOIN person_key w ON w.ben_nir_psa = i.ben_nir_psa AND w.ben_rng_gem = COALESCE(i.ben_rng_gem, 1)
WHERE i.imb_etm_nat IS NULL OR i.imb_etm_nat NOT IN (41, 43, 45) OR w.identity IS NULL
UNION ALL
SELECT CONCAT_WS(';', 'BEN_NIR_PSA=' || m.ben_nir_psa, 'MTT_DEP_DTE=' || CAST(m.mtt_dep_dte AS VARCHAR)), 'unknown_person'
FROM ir_mtt_r m
LEFT JOIN person_key w ON w.ben_nir_psa = m.ben_nir_psa AND w.ben_rng_gem = COALESCE(m.ben_rng_gem, 1)
WHERE w.identity IS NULL
