-- Canonical table `act`: lines that are neither stays nor medicines, cancellations summed. What sums to nothing disappears; what
-- sums to quantity zero and an amount stays, since its cents are real.
SELECT patient, date, practitioner, profession, nature, contact, SUM(hundredths) / 100 AS quantity,
       SUM(spent_cents) AS spent_cents, SUM(reimbursed_cents) AS reimbursed_cents
FROM line
WHERE kind = 'act' AND reason IS NULL
GROUP BY patient, date, practitioner, profession, nature, contact
HAVING SUM(hundredths) <> 0 OR SUM(spent_cents) <> 0 OR SUM(reimbursed_cents) <> 0
