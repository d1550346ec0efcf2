-- One row per episode, of the kinds chosen, that ended in the period, of a patient with a long-term condition on that day.
-- The value is the number of days to the first contact; without contact within the window it is the window and one day.
WITH index_stay AS (
  SELECT DISTINCT e.patient, e.stay, e.discharge, e.discharge_mode
  FROM stay_episode e
  JOIN condition k ON k.patient = e.patient AND k.from_date <= e.discharge AND (k.to_date IS NULL OR k.to_date >= e.discharge)
  WHERE e.kind IN (:types_sejour) AND e.discharge BETWEEN :period_start AND :period_end
), own_team AS (
  SELECT DISTINCT t.patient, m.practitioner, m.from_date, m.to_date
  FROM attribution t
  JOIN membership m ON m.team = t.team
  WHERE :equipe_seule
), first_contact AS (
  SELECT i.stay, MIN(c.date) AS date
  FROM index_stay i
  JOIN contact c ON c.patient = i.patient AND c.profession IN (:professions)
                AND c.date BETWEEN :period_start AND :period_end + :fenetre_jours
                AND c.date >= i.discharge AND c.date <= i.discharge + :fenetre_jours
                AND (:jour_de_sortie_compte OR c.date > i.discharge)
  LEFT JOIN own_team o ON o.patient = c.patient AND o.practitioner = c.practitioner
                AND c.date >= o.from_date AND (o.to_date IS NULL OR c.date <= o.to_date)
  WHERE NOT :equipe_seule OR o.patient IS NOT NULL
  GROUP BY i.stay
)
SELECT i.patient, i.stay,
       TRUE                                                                                     AS denominator,
       COALESCE(f.date - i.discharge, :fenetre_jours + 1)                                       AS value,
       CASE WHEN i.discharge_mode = 'death'    THEN 'decede'
            WHEN i.discharge_mode = 'transfer' THEN 'transfere'
            WHEN f.date IS NULL AND p.death_date <= i.discharge + :fenetre_jours THEN 'decede' END AS exclusion
FROM index_stay i
JOIN patient p ON p.patient = i.patient
LEFT JOIN first_contact f ON f.stay = i.stay
