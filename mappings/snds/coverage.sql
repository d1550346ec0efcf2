-- Canonical table `coverage`: years in which a line says that the person is covered so (BEN_CMU_TOP 1 or BEN_CTA_TYP 89;
-- RGO_ASU_NAT 80 for state medical aid). Lines know no first and last day: the whole year counts.
SELECT DISTINCT patient, kind, MAKE_DATE(year, 1, 1) AS from_date, MAKE_DATE(year, 12, 31) AS to_date
FROM (SELECT patient, 'complementary_solidarity' AS kind, CAST(EXTRACT(YEAR FROM date) AS INT) AS year
      FROM line
      WHERE solidarity AND reason IS NULL
      UNION ALL
      SELECT patient, 'state_medical_aid', CAST(EXTRACT(YEAR FROM date) AS INT)
      FROM line
      WHERE state_aid AND reason IS NULL)
