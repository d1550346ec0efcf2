-- The professionals: those of the reference, or else those of the lines, with the codes that most of their lines have, and the
-- médecins traitants without lines. Codes of IR_ACT_V and IR_SPE_V (2020).
WITH found AS (
  SELECT practitioner, activity, specialty, department, commune FROM practitioners
  UNION ALL
  SELECT c.practitioner, c.activity, c.specialty, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM (SELECT pfs_exe_num AS practitioner, pse_act_nat AS activity, pse_spe_cod AS specialty,
               ROW_NUMBER() OVER (PARTITION BY pfs_exe_num ORDER BY COUNT(*) DESC, pse_act_nat, pse_spe_cod) AS place
        FROM er_prs_f
        WHERE pfs_exe_num IS NOT NULL
        GROUP BY pfs_exe_num, pse_act_nat, pse_spe_cod) c
  WHERE c.place = 1 AND (SELECT COUNT(*) FROM practitioners) = 0
  UNION ALL
  SELECT DISTINCT m.mtt_pfs_num, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM ir_mtt_r m
  LEFT JOIN (SELECT DISTINCT pfs_exe_num FROM er_prs_f) p ON p.pfs_exe_num = m.mtt_pfs_num
  WHERE m.mtt_pfs_num IS NOT NULL AND p.pfs_exe_num IS NULL AND (SELECT COUNT(*) FROM practitioners) = 0
)
SELECT practitioner,
       CASE WHEN activity = 0 AND specialty IN (1, 22, 23) THEN 'general_practitioner'
            WHEN activity IN (19, 53, 54) OR activity = 0 AND specialty IN (19, 36, 53, 54) THEN 'dentist'
            WHEN activity = 21 OR activity = 0 AND specialty = 21 THEN 'midwife'
            WHEN activity = 0 AND specialty BETWEEN 1 AND 98 THEN 'specialist'
            WHEN activity = 24 THEN 'nurse'
            WHEN activity = 25 THEN 'psychologist'
            WHEN activity = 26 THEN 'physiotherapist'
            WHEN activity = 27 THEN 'podiatrist'
            WHEN activity = 28 THEN 'speech_therapist'
            WHEN activity = 29 THEN 'orthoptist'
            WHEN activity IN (30, 39, 40) THEN 'laboratory'
            WHEN activity BETWEEN 50 AND 52 THEN 'pharmacist'
            ELSE 'other' END AS profession,
       CASE WHEN department LIKE '0__' THEN SUBSTR(department, 2)
            WHEN department LIKE '97_' AND commune LIKE SUBSTR(department, 3) || '__' THEN SUBSTR(department, 1, 2)
            ELSE department END || commune AS area
FROM found
