-- Lines whose nine columns are there more than once: what is read of them, each different row once, with how often the nine columns
-- are there and in how many different rows. A number made of the nine columns finds the few lines that may be repeated; these are
-- then compared in full. Lines that lack one of the nine are joined to nothing and repeat nothing.
SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
       rem_typ_aff, ben_nir_psa, ben_rng_gem, ben_res_dpt, ben_res_com, ben_cmu_top, ben_cta_typ, rgo_asu_nat,
       exe_soi_dtd, exe_soi_dtf, prs_nat_ref, prs_act_qte, prs_pai_mnt, bse_rem_mnt, cpl_maj_top, dpn_qlf,
       prs_dpn_qlp, pfs_exe_num, pse_act_nat, pse_spe_cod, pfs_pre_num,
       lines,
       COUNT(*) OVER (PARTITION BY dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
                                   rem_typ_aff) AS different
FROM (SELECT DISTINCT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
                      rem_typ_aff, ben_nir_psa, ben_rng_gem, ben_res_dpt, ben_res_com, ben_cmu_top,
                      ben_cta_typ, rgo_asu_nat, exe_soi_dtd, exe_soi_dtf, prs_nat_ref, prs_act_qte,
                      prs_pai_mnt, bse_rem_mnt, cpl_maj_top, dpn_qlf, prs_dpn_qlp, pfs_exe_num, pse_act_nat,
                      pse_spe_cod, pfs_pre_num,
                      lines
      FROM (SELECT p.dct_ord_num, p.flx_dis_dtd, p.flx_trt_dtd, p.flx_emt_typ, p.flx_emt_num, p.flx_emt_ord, p.org_cle_num,
                   p.prs_ord_num, p.rem_typ_aff, p.ben_nir_psa, p.ben_rng_gem, p.ben_res_dpt, p.ben_res_com,
                   p.ben_cmu_top, p.ben_cta_typ, p.rgo_asu_nat, p.exe_soi_dtd, p.exe_soi_dtf, p.prs_nat_ref,
                   p.prs_act_qte, p.prs_pai_mnt, p.bse_rem_mnt, p.cpl_maj_top, p.dpn_qlf, p.prs_dpn_qlp,
                   p.pfs_exe_num, p.pse_act_nat, p.pse_spe_cod, p.pfs_pre_num,
                   COUNT(*) OVER (PARTITION BY p.dct_ord_num, p.flx_dis_dtd, p.flx_trt_dtd, p.flx_emt_typ, p.flx_emt_num, p.flx_emt_ord, p.org_cle_num,
                                               p.prs_ord_num, p.rem_typ_aff) AS lines
            FROM (SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
                         rem_typ_aff, ben_nir_psa, ben_rng_gem, ben_res_dpt, ben_res_com, ben_cmu_top,
                         ben_cta_typ, rgo_asu_nat, exe_soi_dtd, exe_soi_dtf, prs_nat_ref, prs_act_qte,
                         prs_pai_mnt, bse_rem_mnt, cpl_maj_top, dpn_qlf, prs_dpn_qlp, pfs_exe_num,
                         pse_act_nat, pse_spe_cod, pfs_pre_num,
                         fingerprint(dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
                                     rem_typ_aff) AS mark
                  FROM er_prs_f
                  WHERE flx_dis_dtd BETWEEN :first_day AND :last_day) p
            LEFT SEMI JOIN line_mark s ON s.mark = p.mark
            WHERE p.dct_ord_num IS NOT NULL AND p.flx_dis_dtd IS NOT NULL AND p.flx_trt_dtd IS NOT NULL AND p.flx_emt_typ IS NOT NULL AND p.flx_emt_num IS NOT NULL
              AND p.flx_emt_ord IS NOT NULL AND p.org_cle_num IS NOT NULL AND p.prs_ord_num IS NOT NULL AND p.rem_typ_aff IS NOT NULL)
      WHERE lines > 1)
