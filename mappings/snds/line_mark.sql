-- Marks of the lines whose nine columns may be there more than once: a number made of them that comes twice. They are few, and kept
-- apart so that the engine knows it: what is joined with them is read past them instead of being held.
SELECT mark
FROM (SELECT fingerprint(dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num,
                         flx_emt_ord, org_cle_num, prs_ord_num, rem_typ_aff) AS mark
      FROM er_prs_f
      WHERE flx_dis_dtd BETWEEN :first_day AND :last_day)
GROUP BY mark
HAVING COUNT(*) > 1
