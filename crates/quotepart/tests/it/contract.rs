//! A small contract with one of everything that a command has to deal with.

pub(crate) const RULEBOOK: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Contrat d'essai", en = "Test contract" }
subject = "equipe"
period  = "year"

[[instrument.basis]]
title = "Texte d'essai"
from  = 2020-01-01

[units]
point = { fr = ["point", "points"], en = ["point", "points"] }

[entities.equipe]
label = { fr = "équipe", en = "team" }

[entities.membre]
belongs_to = "equipe"
label      = { fr = "membre", en = "member" }

[inputs.points]
unit    = "point"
min     = 0
label   = { fr = "Points obtenus", en = "Points earned" }
meaning = { fr = "Points de l'année.", en = "Points of the year." }
origin  = "evidence"

[inputs.diviseur]
label = { fr = "Diviseur", en = "Divisor" }

[inputs.horaire]
label = { fr = "Horaire", en = "Hours" }
[inputs.horaire.enum]
12h = { fr = "douze heures", en = "twelve hours" }
10h = { fr = "dix heures", en = "ten hours" }

[inputs.depuis]
type    = "date"
default = "start of period"
label   = { fr = "Depuis", en = "Since" }

[inputs.bonus]
type    = "bool"
default = false
label   = { fr = "Bonus", en = "Bonus" }

[inputs.jours]
of      = "membre"
default = 0
whole   = true
label   = { fr = "Jours", en = "Days" }

[parameters.valeur]
unit   = "EUR/point"
label  = { fr = "Valeur du point", en = "Value of a point" }
values = [
  { from = 2020-01-01, to = 2022-12-31, value = "7", source = "Journal officiel", page = "p. 1", status = "official" },
  { from = 2023-01-01, value = "8", source = "invention", status = "fictitious" },
]

[parameters.supplement]
unit   = "EUR"
label  = { fr = "Supplément", en = "Supplement" }
values = [{ from = 2020-01-01, value = "100", source = "invention", status = "unverified" }]

[parameters.tarif]
unit   = "EUR"
label  = { fr = "Tarif d'un jour", en = "Rate of a day" }
values = [{ from = 2020-01-01, value = "10", source = "Journal officiel", status = "official" }]

[rules.ouverture]
unit    = "1"
label   = { fr = "Coefficient d'ouverture", en = "Opening factor" }
formula = "CASE WHEN horaire = '12h' THEN 1 ELSE 1 / 2 END"

[rules.majore]
type    = "bool"
output  = true
label   = { fr = "Majoré", en = "Raised" }
formula = "bonus"

[rules.montant]
unit    = "EUR"
pays    = true
round   = "cent"
label   = { fr = "Montant", en = "Amount" }
formula = "points * valeur / diviseur * ouverture * year_fraction_from(depuis) + CASE WHEN bonus THEN supplement ELSE 0 END"
say     = { fr = "{points} donnent {montant}.", en = "{points} give {montant}." }

[rules.part]
of      = "membre"
unit    = "EUR"
output  = true
round   = "cent"
label   = { fr = "Part", en = "Share" }
formula = "jours * tarif"

[schedule]
montant = { due = { day = "04-30", year = 1 } }
"#;

/// Two teams that can be settled.
pub(crate) const FACTS: &str = "subject,points,diviseur,horaire\nalpha,100,1,12h\nbeta,100,3,10h\n";
