-- The number of the patient behind a key and a rank.
SELECT w.ben_nir_psa, w.ben_rng_gem, k.key_number
FROM person_key w
JOIN key_patient k ON k.source_key = w.identity
