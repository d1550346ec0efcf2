-- Canonical table `practitioner`.
SELECT practitioner, profession, area FROM profession_of
