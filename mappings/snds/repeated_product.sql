-- Medicines of the lines whose nine columns are there more than once in the pharmacies' details: one row for a line. A number made of
-- the nine columns finds the few that may be repeated; one that only looks so is a line with one product like the others.
SELECT d.dct_ord_num, d.flx_dis_dtd, d.flx_trt_dtd, d.flx_emt_typ, d.flx_emt_num, d.flx_emt_ord, d.org_cle_num,
       d.prs_ord_num, d.rem_typ_aff,
       MIN(d.pha_prs_c13) AS product, MIN(d.pha_prs_c13) <> MAX(d.pha_prs_c13) AS several, SUM(d.pha_act_qsn) AS boxes
FROM (SELECT DISTINCT p.dct_ord_num, p.flx_dis_dtd, p.flx_trt_dtd, p.flx_emt_typ, p.flx_emt_num, p.flx_emt_ord, p.org_cle_num,
                      p.prs_ord_num, p.rem_typ_aff,
                      p.pha_ord_num, p.pha_prs_c13, p.pha_act_qsn
      FROM (SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
                   rem_typ_aff,
                   pha_ord_num, pha_prs_c13, pha_act_qsn,
                   fingerprint(dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
                               rem_typ_aff) AS mark
            FROM er_pha_f
            WHERE flx_dis_dtd BETWEEN :first_day AND :last_day) p
      LEFT SEMI JOIN product_mark s ON s.mark = p.mark) d
GROUP BY d.dct_ord_num, d.flx_dis_dtd, d.flx_trt_dtd, d.flx_emt_typ, d.flx_emt_num, d.flx_emt_ord, d.org_cle_num,
         d.prs_ord_num, d.rem_typ_aff
