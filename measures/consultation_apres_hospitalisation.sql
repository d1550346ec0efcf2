-- One row per episode of the kinds chosen that ended in the period. Without `equipe_seule` the table `own_team` is empty and costs nothing.
WITH index_stay AS (
  SELECT e.patient, e.stay, e.discharge, e.discharge_mode
  FROM stay_episode e
  WHERE e.kind IN (:types_sejour) AND e.discharge BETWEEN :period_start AND :period_end
), own_team AS (
  SELECT DISTINCT t.patient, m.practitioner, m.from_date, m.to_date
  FROM attribution t
  JOIN membership m ON m.team = t.team
  WHERE :equipe_seule
), followed AS (
  SELECT DISTINCT i.stay
  FROM index_stay i
  JOIN contact c ON c.patient = i.patient AND c.profession IN (:professions)
                AND c.date BETWEEN :period_start AND :period_end + :delai_jours
                AND c.date >= i.discharge AND c.date <= i.discharge + :delai_jours
                AND (:jour_de_sortie_compte OR c.date > i.discharge)
  LEFT JOIN own_team o ON o.patient = c.patient AND o.practitioner = c.practitioner
                AND c.date >= o.from_date AND (o.to_date IS NULL OR c.date <= o.to_date)
  WHERE NOT :equipe_seule OR o.patient IS NOT NULL
)
SELECT i.patient, i.stay,
       TRUE                                                                                     AS denominator,
       f.stay IS NOT NULL                                                                       AS numerator,
       CASE WHEN i.discharge_mode = 'death'                                        THEN 'decede'
            WHEN i.discharge_mode = 'transfer'                                     THEN 'transfere'
            WHEN :deces_exclu AND p.death_date <= i.discharge + :delai_jours       THEN 'decede' END AS exclusion
FROM index_stay i
JOIN patient p ON p.patient = i.patient
LEFT JOIN followed f ON f.stay = i.stay
