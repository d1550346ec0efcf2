-- One row per patient with a long-term condition on the day of discharge of an episode of the kinds chosen that ended in the period.
WITH index_stay AS (
  SELECT e.patient, e.stay, e.discharge,
         CASE WHEN e.discharge_mode = 'death' OR e.discharge_mode = 'transfer'
                OR (:deces_exclu AND p.death_date <= e.discharge + :delai_jours) THEN 1 ELSE 0 END AS dropped
  FROM stay_episode e
  JOIN patient p ON p.patient = e.patient
  WHERE e.kind IN (:types_sejour) AND e.discharge BETWEEN :period_start AND :period_end
), ald_stay AS (
  SELECT DISTINCT i.patient, i.stay, i.discharge, i.dropped
  FROM index_stay i
  JOIN condition k ON k.patient = i.patient AND k.from_date <= i.discharge AND (k.to_date IS NULL OR k.to_date >= i.discharge)
), own_team AS (
  SELECT DISTINCT t.patient, m.practitioner, m.from_date, m.to_date
  FROM attribution t
  JOIN membership m ON m.team = t.team
  WHERE :equipe_seule
), followed AS (
  SELECT DISTINCT i.stay
  FROM ald_stay i
  JOIN contact c ON c.patient = i.patient AND c.profession IN (:professions)
                AND c.date BETWEEN :period_start AND :period_end + :delai_jours
                AND c.date >= i.discharge AND c.date <= i.discharge + :delai_jours
                AND (:jour_de_sortie_compte OR c.date > i.discharge)
  LEFT JOIN own_team o ON o.patient = c.patient AND o.practitioner = c.practitioner
                AND c.date >= o.from_date AND (o.to_date IS NULL OR c.date <= o.to_date)
  WHERE NOT :equipe_seule OR o.patient IS NOT NULL
), counted AS (
  SELECT i.patient,
         SUM(1 - i.dropped)                                                        AS stays,
         SUM(CASE WHEN i.dropped = 0 AND f.stay IS NOT NULL THEN 1 ELSE 0 END)     AS followed_stays
  FROM ald_stay i
  LEFT JOIN followed f ON f.stay = i.stay
  GROUP BY i.patient
)
SELECT c.patient,
       TRUE                                                                                         AS denominator,
       c.followed_stays > 0 AND (NOT :chaque_sejour OR c.followed_stays = c.stays)                  AS numerator,
       CASE WHEN c.stays = 0 THEN 'aucun_sejour_suivi' END                                          AS exclusion
FROM counted c
