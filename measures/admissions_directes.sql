-- One row per episode of the kinds chosen that ended in the period.
SELECT e.patient, e.stay,
       TRUE                                                                           AS denominator,
       NOT e.through_emergency                                                        AS numerator,
       CASE WHEN e.planned AND NOT :programmes_inclus THEN 'programme' END            AS exclusion
FROM stay_episode e
WHERE e.kind IN (:types_sejour) AND e.discharge BETWEEN :period_start AND :period_end
