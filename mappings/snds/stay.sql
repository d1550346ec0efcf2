-- Canonical table `stay`. Modes of admission and discharge and the letters of a GHM are the PMSI's own (0, 6, 7 transfers, 8 home,
-- 9 death, N birth; C surgery, K procedures). A public stay costs what it was paid (MNT_TOT_AM), a private one what was billed.
SELECT h.record AS stay, h.patient, h.hospital,
       CASE WHEN h.field = 'rip' THEN 'psychiatry'
            WHEN h.nbr_sea > 0 OR h.grg_ghm LIKE '28%' THEN 'session'
            WHEN h.grg_ghm LIKE '14%' OR h.grg_ghm LIKE '15%' THEN 'obstetrics'
            WHEN SUBSTR(h.grg_ghm, 3, 1) IN ('C', 'K') THEN 'surgery'
            ELSE 'medicine' END AS kind,
       h.admission, h.discharge,
       CASE WHEN h.ent_mod = '8' THEN 'home' WHEN h.ent_mod IN ('0', '6', '7') THEN 'transfer' WHEN h.ent_mod = 'N' THEN 'birth' ELSE 'other' END AS admission_mode,
       COALESCE(h.ent_prv = '5', FALSE) AS through_emergency,
       CASE WHEN h.sor_mod = '8' THEN 'home' WHEN h.sor_mod IN ('0', '6', '7') THEN 'transfer' WHEN h.sor_mod = '9' THEN 'death' ELSE 'other' END AS discharge_mode,
       REPLACE(UPPER(h.dgn_pal), '.', '') AS principal_diagnosis, h.grg_ghm AS stay_group,
       h.paid_cents + COALESCE(m.spent_cents, 0) AS spent_cents,
       h.paid_cents + COALESCE(m.reimbursed_cents, 0) AS reimbursed_cents
FROM hospital_record h
LEFT JOIN (SELECT record, SUM(spent_cents) AS spent_cents, SUM(reimbursed_cents) AS reimbursed_cents
           FROM stay_match
           GROUP BY record) m
       ON m.record = h.record
WHERE h.reason IS NULL
