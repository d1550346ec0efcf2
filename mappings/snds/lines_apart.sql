-- Lines that enter no table: those with a reason, copies of a line that is counted once, lines that no month of the flow has, and
-- lines of a clinic whose stay no hospital has recorded.
SELECT record, reason FROM line WHERE reason IS NOT NULL
UNION ALL
SELECT CONCAT_WS(';', 'DCT_ORD_NUM=' || CAST(dct_ord_num AS VARCHAR), 'FLX_DIS_DTD=' || CAST(flx_dis_dtd AS VARCHAR),
                      'FLX_TRT_DTD=' || CAST(flx_trt_dtd AS VARCHAR), 'FLX_EMT_TYP=' || CAST(flx_emt_typ AS VARCHAR),
                      'FLX_EMT_NUM=' || CAST(flx_emt_num AS VARCHAR), 'FLX_EMT_ORD=' || CAST(flx_emt_ord AS VARCHAR),
                      'ORG_CLE_NUM=' || CAST(org_cle_num AS VARCHAR), 'PRS_ORD_NUM=' || CAST(prs_ord_num AS VARCHAR),
                      'REM_TYP_AFF=' || CAST(rem_typ_aff AS VARCHAR)), 'duplicate_line'
FROM (SELECT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord, org_cle_num, prs_ord_num,
             rem_typ_aff,
             UNNEST(RANGE(different, lines)) AS repetition
      FROM (SELECT DISTINCT dct_ord_num, flx_dis_dtd, flx_trt_dtd, flx_emt_typ, flx_emt_num, flx_emt_ord,
                            org_cle_num, prs_ord_num, rem_typ_aff,
                   different, lines
            FROM repeated_line))
UNION ALL
SELECT CONCAT_WS(';', 'BEN_NIR_PSA=' || ben_nir_psa, 'DCT_ORD_NUM=' || CAST(dct_ord_num AS VARCHAR)), 'undated_line'
FROM er_prs_f
WHERE flx_dis_dtd IS NULL
UNION ALL
SELECT l.record, 'stay_without_record'
FROM line l
LEFT JOIN stay_match m
       ON m.patient = l.patient AND m.hospital = l.hospital
      AND m.first_day = LEAST(l.date, l.end_date) AND m.last_day = GREATEST(l.date, l.end_date)
WHERE l.kind = 'stay' AND l.reason IS NULL AND m.record IS NULL
