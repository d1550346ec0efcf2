-- Canonical table `dispensing`: delivered medicines, cancellations summed.
SELECT l.patient, l.date, l.product, m.atc, l.prescriber, l.quantity, l.spent_cents, l.reimbursed_cents
FROM (SELECT patient, date, product, prescriber, SUM(boxes) AS quantity, SUM(spent_cents) AS spent_cents,
             SUM(reimbursed_cents) AS reimbursed_cents
      FROM line
      WHERE kind = 'medicine' AND reason IS NULL
      GROUP BY patient, date, product, prescriber
      HAVING SUM(boxes) <> 0 OR SUM(spent_cents) <> 0 OR SUM(reimbursed_cents) <> 0) l
LEFT JOIN (SELECT CAST(cip13 AS VARCHAR) AS product, MIN(atc) AS atc FROM medicines GROUP BY cip13) m
       ON m.product = l.product
