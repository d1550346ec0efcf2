-- Canonical table `patient`: one row per person and birth, so that the gate sees two persons behind one identity; the latest
-- residence. A death before 1901 stands for none. Overseas, the third digit of the département is also the first of the commune
-- (974 and 411 make 97411): unverified on real data.
SELECT patient, birth_date, MAX(death_date) AS death_date, sex, MAX(CASE WHEN latest = 1 THEN area END) AS area
FROM (SELECT w.identity AS patient,
             day(b.ben_nai_ann || CASE WHEN b.ben_nai_moi BETWEEN '01' AND '12' THEN b.ben_nai_moi ELSE '01' END || '01') AS birth_date,
             CASE WHEN b.ben_dcd_dte >= DATE '1901-01-01' THEN b.ben_dcd_dte END AS death_date,
             CASE b.ben_sex_cod WHEN 1 THEN 'male' WHEN 2 THEN 'female' ELSE 'unknown' END AS sex,
             CASE WHEN b.ben_res_dpt LIKE '0__' THEN SUBSTR(b.ben_res_dpt, 2)
                  WHEN b.ben_res_dpt LIKE '97_' AND b.ben_res_com LIKE SUBSTR(b.ben_res_dpt, 3) || '__' THEN SUBSTR(b.ben_res_dpt, 1, 2)
                  ELSE b.ben_res_dpt END || b.ben_res_com AS area,
             ROW_NUMBER() OVER (PARTITION BY w.identity ORDER BY b.ben_dte_maj DESC NULLS LAST, b.ben_nir_psa DESC) AS latest
      FROM ir_ben_r b
      JOIN person_key w ON w.ben_nir_psa = b.ben_nir_psa AND w.ben_rng_gem = COALESCE(b.ben_rng_gem, 1))
GROUP BY patient, birth_date, sex
