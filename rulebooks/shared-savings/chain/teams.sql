-- What the report says of each organization: its form only, since the source describes no place.
SELECT t.source_key AS team, 'hôpitaux d''un État' AS kind_fr, 'hospitals of a state' AS kind_en,
       CAST(NULL AS VARCHAR) AS territory_fr, CAST(NULL AS VARCHAR) AS territory_en, CAST(NULL AS INT) AS deprivation
FROM team t
WHERE t.team IN (SELECT team FROM list)
ORDER BY t.source_key
