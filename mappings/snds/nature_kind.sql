-- What natures of care are for us, as first and last codes, by our reading of the labels of IR_NAT_V (2020): `stay`, billed
-- stays; `medicine`, delivered medicines, whose product is in ER_PHA_F; `contact`, care in which the patient is seen or heard.
-- All others, among them lump sums, supplements, travel and laboratory tests, are acts without contact.
SELECT first_code, last_code, kind
FROM (VALUES
      (2111, 2120, 'stay'), (2151, 2154, 'stay'),
      (3311, 3319, 'medicine'), (3341, 3341, 'medicine'), (3351, 3351, 'medicine'),
      (1089, 1093, 'contact'), (1096, 1096, 'contact'), (1098, 1105, 'contact'), (1107, 1107, 'contact'),
      (1109, 1115, 'contact'), (1117, 1118, 'contact'), (1122, 1123, 'contact'), (1140, 1140, 'contact'),
      (1157, 1157, 'contact'), (1164, 1164, 'contact'), (1168, 1168, 'contact'), (1191, 1192, 'contact'),
      (1209, 1222, 'contact'), (1311, 1313, 'contact'), (1316, 1318, 'contact'), (1321, 1336, 'contact'),
      (1351, 1352, 'contact'), (1431, 1439, 'contact'), (1451, 1477, 'contact'), (3111, 3112, 'contact'),
      (3121, 3129, 'contact')
     ) AS kinds (first_code, last_code, kind)
