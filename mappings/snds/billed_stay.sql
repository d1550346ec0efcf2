-- What a clinic billed for a stay: the lines of one patient, hospital and days, cancellations summed.
SELECT patient, hospital, LEAST(date, end_date) AS first_day, GREATEST(date, end_date) AS last_day,
       SUM(spent_cents) AS spent_cents, SUM(reimbursed_cents) AS reimbursed_cents
FROM line
WHERE kind = 'stay' AND reason IS NULL
GROUP BY patient, hospital, LEAST(date, end_date), GREATEST(date, end_date)
