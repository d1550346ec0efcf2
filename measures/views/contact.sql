-- What counts as a contact where a mapping says nothing else: acts in which the performer saw or heard the patient.
SELECT a.patient, a.date, a.practitioner, a.profession, a.nature, a.quantity
FROM act a
WHERE a.contact AND a.quantity > 0
