-- The record of each billed stay: same patient, same hospital (the first eight characters of its number), same days, also when
-- these are the wrong way round in the record. Of several records, as for sessions, the first has the amounts.
SELECT b.patient, b.hospital, b.first_day, b.last_day, MIN(h.record) AS record, MIN(b.spent_cents) AS spent_cents,
       MIN(b.reimbursed_cents) AS reimbursed_cents
FROM billed_stay b
JOIN (SELECT k.key_number AS patient, SUBSTR(r.hospital, 1, 8) AS hospital, LEAST(r.admission, r.discharge) AS first_day,
             GREATEST(r.admission, r.discharge) AS last_day, r.record
      FROM hospital_record r
      JOIN key_patient k ON k.source_key = r.patient
      WHERE r.reason IS NULL AND r.field = 'mco') h
  ON h.patient = b.patient AND h.hospital = b.hospital AND h.first_day = b.first_day AND h.last_day = b.last_day
GROUP BY b.patient, b.hospital, b.first_day, b.last_day
