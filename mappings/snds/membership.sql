-- Canonical table `membership`.
SELECT practitioner, team, "from" AS from_date, "to" AS to_date FROM memberships
