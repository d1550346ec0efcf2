-- One row per index stay, an episode that ended in the period. On the day of discharge a stay counts when the choice says so, and then only
-- if it ends later (or has the larger key): two stays of one day do not answer for each other.
SELECT i.patient, i.stay,
       TRUE                                                          AS denominator,
       COUNT(r.stay) > 0                                             AS numerator,
       CASE WHEN i.discharge_mode = 'death'    THEN 'decede'
            WHEN i.discharge_mode = 'transfer' THEN 'transfere' END  AS exclusion
FROM stay_episode i
LEFT JOIN stay_episode r
       ON r.patient = i.patient AND r.kind IN (:types_sejour) AND NOT r.planned
      AND r.admission <= i.discharge + :delai_jours
      AND (r.admission > i.discharge
           OR (:meme_jour_compte AND r.admission = i.discharge AND r.stay <> i.stay
               AND (r.discharge > i.discharge OR r.stay > i.stay)))
WHERE i.kind IN (:types_sejour) AND i.discharge BETWEEN :period_start AND :period_end
GROUP BY i.patient, i.stay, i.discharge_mode
