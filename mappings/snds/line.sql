-- The lines of a span of the flow: one row each, with its detail, its person and its professionals, and the reason why it
-- enters no table, if there is one. All that the nine columns join has one FLX_DIS_DTD, so that spans are joined apart.
WITH stay_detail AS (
  SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
         rem_typ_aff,
         MIN(etb_exe_fin) AS hospital, BOOL_OR(COALESCE(ete_ind_taa, 0) = 1) AS public_stay
  FROM er_ete_f
  WHERE flx_dis_dtd BETWEEN :first_day AND :last_day
  GROUP BY dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
           rem_typ_aff
), product_detail AS (
  SELECT p.dct_ord_num, p.flx_dis_dtd, p.flx_trt_dtd, p.flx_emt_typ, p.flx_emt_num, p.flx_emt_ord, p.org_cle_num,
         p.prs_ord_num, p.rem_typ_aff,
         p.pha_prs_c13 AS product, FALSE AS several, p.pha_act_qsn AS boxes
  FROM er_pha_f p
  LEFT ANTI JOIN repeated_product r
         ON p.dct_ord_num = r.dct_ord_num AND p.flx_dis_dtd = r.flx_dis_dtd AND p.flx_trt_dtd = r.flx_trt_dtd
        AND p.flx_emt_typ = r.flx_emt_typ AND p.flx_emt_num = r.flx_emt_num AND p.flx_emt_ord = r.flx_emt_ord
        AND p.org_cle_num = r.org_cle_num AND p.prs_ord_num = r.prs_ord_num AND p.rem_typ_aff = r.rem_typ_aff
  WHERE p.flx_dis_dtd BETWEEN :first_day AND :last_day
  UNION ALL
  SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
         rem_typ_aff,
         product, several, boxes
  FROM repeated_product
  WHERE flx_dis_dtd BETWEEN :first_day AND :last_day
), once AS (
  SELECT p.dct_ord_num, p.flx_dis_dtd, p.flx_trt_dtd, p.flx_emt_typ, p.flx_emt_num, p.flx_emt_ord, p.org_cle_num,
         p.prs_ord_num, p.rem_typ_aff, p.ben_nir_psa, p.ben_rng_gem, p.ben_res_dpt, p.ben_res_com, p.ben_cmu_top,
         p.ben_cta_typ, p.rgo_asu_nat, p.exe_soi_dtd, p.exe_soi_dtf, p.prs_nat_ref, p.prs_act_qte, p.prs_pai_mnt,
         p.bse_rem_mnt, p.cpl_maj_top, p.dpn_qlf, p.prs_dpn_qlp, p.pfs_exe_num, p.pse_act_nat, p.pse_spe_cod,
         p.pfs_pre_num,
         FALSE AS conflict
  FROM er_prs_f p
  LEFT ANTI JOIN repeated_line r
         ON p.dct_ord_num = r.dct_ord_num AND p.flx_dis_dtd = r.flx_dis_dtd AND p.flx_trt_dtd = r.flx_trt_dtd
        AND p.flx_emt_typ = r.flx_emt_typ AND p.flx_emt_num = r.flx_emt_num AND p.flx_emt_ord = r.flx_emt_ord
        AND p.org_cle_num = r.org_cle_num AND p.prs_ord_num = r.prs_ord_num AND p.rem_typ_aff = r.rem_typ_aff
  WHERE p.flx_dis_dtd BETWEEN :first_day AND :last_day
  UNION ALL
  SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
         rem_typ_aff, ben_nir_psa, ben_rng_gem, ben_res_dpt, ben_res_com, ben_cmu_top, ben_cta_typ, rgo_asu_nat,
         exe_soi_dtd, exe_soi_dtf, prs_nat_ref, prs_act_qte, prs_pai_mnt, bse_rem_mnt, cpl_maj_top, dpn_qlf,
         prs_dpn_qlp, pfs_exe_num, pse_act_nat, pse_spe_cod, pfs_pre_num,
         different > 1
  FROM repeated_line
  WHERE flx_dis_dtd BETWEEN :first_day AND :last_day
), judged AS (
  SELECT p.*,
         CASE WHEN p.conflict THEN 'conflicting_line'
              WHEN n.known IS NOT TRUE THEN 'unknown_nature'
              WHEN p.cpl_maj_top >= 2 THEN 'supplement'
              WHEN p.dpn_qlf = 71 OR p.prs_dpn_qlp = 71 THEN 'no_care'
              WHEN e.public_stay THEN 'public_stay'
              WHEN p.exe_soi_dtd IS NULL THEN 'undated_line'
              WHEN k.key_number IS NULL THEN 'unknown_person'
              WHEN p.prs_pai_mnt IS NOT NULL AND cents(p.prs_pai_mnt) IS NULL THEN 'unreadable_amount'
              WHEN p.bse_rem_mnt IS NOT NULL AND cents(p.bse_rem_mnt) IS NULL THEN 'unreadable_amount'
              WHEN n.kind = 'stay' AND e.dct_ord_num IS NULL THEN 'missing_detail'
              WHEN n.kind = 'medicine' AND d.product IS NULL THEN 'missing_detail'
              WHEN d.several THEN 'several_products' END AS reason,
         CASE WHEN n.kind = 'stay' THEN 'stay' WHEN d.product IS NOT NULL THEN 'medicine' ELSE 'act' END AS kind,
         COALESCE(n.kind = 'contact', FALSE) AS is_contact,
         CASE WHEN p.pse_act_nat = 0 AND p.pse_spe_cod IN (1, 22, 23) THEN 'general_practitioner'
              WHEN p.pse_act_nat IN (19, 53, 54) OR p.pse_act_nat = 0 AND p.pse_spe_cod IN (19, 36, 53, 54) THEN 'dentist'
              WHEN p.pse_act_nat = 21 OR p.pse_act_nat = 0 AND p.pse_spe_cod = 21 THEN 'midwife'
              WHEN p.pse_act_nat = 0 AND p.pse_spe_cod BETWEEN 1 AND 98 THEN 'specialist'
              WHEN p.pse_act_nat = 24 THEN 'nurse'
              WHEN p.pse_act_nat = 25 THEN 'psychologist'
              WHEN p.pse_act_nat = 26 THEN 'physiotherapist'
              WHEN p.pse_act_nat = 27 THEN 'podiatrist'
              WHEN p.pse_act_nat = 28 THEN 'speech_therapist'
              WHEN p.pse_act_nat = 29 THEN 'orthoptist'
              WHEN p.pse_act_nat IN (30, 39, 40) THEN 'laboratory'
              WHEN p.pse_act_nat BETWEEN 50 AND 52 THEN 'pharmacist'
              ELSE 'other' END AS profession,
         k.key_number AS patient, x.key_number AS practitioner, y.key_number AS prescriber,
         e.hospital, d.product, d.boxes,
         t.communes > 0 AND p.ben_res_com IS NOT NULL AND c.commune IS NULL AS unknown_commune
  FROM once p
  LEFT JOIN stay_detail e
         ON p.dct_ord_num = e.dct_ord_num AND p.flx_dis_dtd = e.flx_dis_dtd AND p.flx_trt_dtd = e.flx_trt_dtd
        AND p.flx_emt_typ = e.flx_emt_typ AND p.flx_emt_num = e.flx_emt_num AND p.flx_emt_ord = e.flx_emt_ord
        AND p.org_cle_num = e.org_cle_num AND p.prs_ord_num = e.prs_ord_num AND p.rem_typ_aff = e.rem_typ_aff
  LEFT JOIN product_detail d
         ON p.dct_ord_num = d.dct_ord_num AND p.flx_dis_dtd = d.flx_dis_dtd AND p.flx_trt_dtd = d.flx_trt_dtd
        AND p.flx_emt_typ = d.flx_emt_typ AND p.flx_emt_num = d.flx_emt_num AND p.flx_emt_ord = d.flx_emt_ord
        AND p.org_cle_num = d.org_cle_num AND p.prs_ord_num = d.prs_ord_num AND p.rem_typ_aff = d.rem_typ_aff
  LEFT JOIN nature_of n ON n.nature = p.prs_nat_ref
  LEFT JOIN person_number k ON k.ben_nir_psa = p.ben_nir_psa AND k.ben_rng_gem = COALESCE(p.ben_rng_gem, 1)
  LEFT JOIN key_practitioner x ON x.source_key = p.pfs_exe_num
  LEFT JOIN key_practitioner y ON y.source_key = p.pfs_pre_num
  LEFT JOIN (SELECT DISTINCT department, commune FROM communes) c
         ON c.department = p.ben_res_dpt AND c.commune = p.ben_res_com
  CROSS JOIN (SELECT COUNT(*) AS communes FROM communes) t
)
SELECT reason, kind, patient, exe_soi_dtd AS date, COALESCE(exe_soi_dtf, exe_soi_dtd) AS end_date,
       practitioner, profession, CAST(prs_nat_ref AS VARCHAR) AS nature,
       is_contact AND profession NOT IN ('laboratory', 'pharmacist') AS contact,
       CAST(product AS VARCHAR) AS product, prescriber, hospital, boxes,
       COALESCE(cents(prs_act_qte), 0) AS hundredths,
       COALESCE(cents(prs_pai_mnt), 0) AS spent_cents,
       COALESCE(cents(bse_rem_mnt), 0) AS reimbursed_cents,
       COALESCE(cents(prs_act_qte), 0) < 0 AS cancelling,
       pfs_exe_num IS NOT NULL AND practitioner IS NULL AS unknown_performer,
       unknown_commune,
       COALESCE(ben_cmu_top = '1', FALSE) OR COALESCE(ben_cta_typ = 89, FALSE) AS solidarity,
       COALESCE(rgo_asu_nat = 80, FALSE) AS state_aid,
       CASE WHEN reason IS NOT NULL OR kind = 'stay' THEN
            CONCAT_WS(';', 'DCT_ORD_NUM=' || CAST(dct_ord_num AS VARCHAR),
                           'FLX_DIS_DTD=' || CAST(flx_dis_dtd AS VARCHAR),
                           'FLX_TRT_DTD=' || CAST(flx_trt_dtd AS VARCHAR),
                           'FLX_EMT_TYP=' || CAST(flx_emt_typ AS VARCHAR),
                           'FLX_EMT_NUM=' || CAST(flx_emt_num AS VARCHAR),
                           'FLX_EMT_ORD=' || CAST(flx_emt_ord AS VARCHAR),
                           'ORG_CLE_NUM=' || CAST(org_cle_num AS VARCHAR),
                           'PRS_ORD_NUM=' || CAST(prs_ord_num AS VARCHAR),
                           'REM_TYP_AFF=' || CAST(rem_typ_aff AS VARCHAR)) END AS record
FROM judged
