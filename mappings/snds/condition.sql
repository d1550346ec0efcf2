-- Canonical table `condition`: exemptions for long-term conditions (IMB_ETM_NAT 41 on the list, 43 off the list, 45 several).
SELECT w.identity AS patient, CASE i.imb_etm_nat WHEN 41 THEN 'listed' WHEN 43 THEN 'off_list' ELSE 'multiple' END AS kind,
       i.imb_ald_num AS number, REPLACE(UPPER(i.med_mtf_cod), '.', '') AS diagnosis,
       i.imb_ald_dtd AS from_date, i.imb_ald_dtf AS to_date
FROM ir_imb_r i
JOIN person_key w ON w.ben_nir_psa = i.ben_nir_psa AND w.ben_rng_gem = COALESCE(i.ben_rng_gem, 1)
WHERE i.imb_etm_nat IN (41, 43, 45)
