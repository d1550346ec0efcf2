-- Who is behind a key and a rank: rows of one BEN_IDT_ANO are one person, whatever their keys.
SELECT ben_nir_psa, COALESCE(ben_rng_gem, 1) AS ben_rng_gem,
       MIN(COALESCE(ben_idt_ano, ben_nir_psa || '-' || CAST(COALESCE(ben_rng_gem, 1) AS VARCHAR))) AS identity
FROM ir_ben_r
WHERE ben_nir_psa IS NOT NULL
GROUP BY ben_nir_psa, COALESCE(ben_rng_gem, 1)
