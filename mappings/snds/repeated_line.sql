-- Lines whose nine columns are there more than once: what is read of them, each different row once, with how often the nine columns
-- are there and in how many different rows.
SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
       rem_typ_aff, ben_nir_psa, ben_rng_gem, ben_res_dpt, ben_res_com, ben_cmu_top, ben_cta_typ, rgo_asu_nat,
       exe_soi_dtd, exe_soi_dtf, prs_nat_ref, prs_act_qte, prs_pai_mnt, bse_rem_mnt, cpl_maj_top, dpn_qlf,
       prs_dpn_qlp, pfs_exe_num, pse_act_nat, pse_spe_cod, pfs_pre_num,
       lines, COUNT(*) OVER (PARTITION BY dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num,
                                          flx_emt_ord, org_cle_num, prs_ord_num, rem_typ_aff) AS different
FROM (SELECT DISTINCT p.dct_ord_num, p.flx_dis_dtd, p.flx_trt_dtd, p.flx_emt_typ, p.flx_emt_num, p.flx_emt_ord,
                      p.org_cle_num, p.prs_ord_num, p.rem_typ_aff, p.ben_nir_psa, p.ben_rng_gem, p.ben_res_dpt,
                      p.ben_res_com, p.ben_cmu_top, p.ben_cta_typ, p.rgo_asu_nat, p.exe_soi_dtd, p.exe_soi_dtf,
                      p.prs_nat_ref, p.prs_act_qte, p.prs_pai_mnt, p.bse_rem_mnt, p.cpl_maj_top, p.dpn_qlf,
                      p.prs_dpn_qlp, p.pfs_exe_num, p.pse_act_nat, p.pse_spe_cod, p.pfs_pre_num,
                      r.lines
      FROM er_prs_f p
      JOIN (SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num,
                   prs_ord_num, rem_typ_aff,
                   COUNT(*) AS lines
            FROM er_prs_f
            WHERE flx_dis_dtd BETWEEN :first_day AND :last_day
            GROUP BY dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num,
                     prs_ord_num, rem_typ_aff
            HAVING COUNT(*) > 1) r
           ON p.dct_ord_num = r.dct_ord_num AND p.flx_dis_dtd = r.flx_dis_dtd AND p.flx_trt_dtd = r.flx_trt_dtd
        AND p.flx_emt_typ = r.flx_emt_typ AND p.flx_emt_num = r.flx_emt_num AND p.flx_emt_ord = r.flx_emt_ord
        AND p.org_cle_num = r.org_cle_num AND p.prs_ord_num = r.prs_ord_num AND p.rem_typ_aff = r.rem_typ_aff
      WHERE p.flx_dis_dtd BETWEEN :first_day AND :last_day)
