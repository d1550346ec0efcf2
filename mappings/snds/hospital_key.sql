-- Who is behind a key alone, for hospitals' tables, in which the rank of twins may be missing.
SELECT ben_nir_psa, MIN(identity) AS identity, COUNT(DISTINCT identity) AS persons
FROM person_key
GROUP BY ben_nir_psa
