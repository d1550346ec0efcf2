"""The figures of `rulebook/`, and its meaning in exact fractions for one team: who is right when the engines differ.

Written apart from both engines; nothing here is timed.
"""

import datetime
import tomllib
from fractions import Fraction
from math import floor
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "rulebook"
DAY = "2024-12-31"
FIRST, LAST = datetime.date(2024, 1, 1), datetime.date(2024, 12, 31)

OUTPUTS = [
    "points_horaires",
    "points_coordination",
    "points_protocoles",
    "taux_rcp",
    "points_rcp",
    "points_formation",
    "points_systeme",
    "prerequis_atteints",
    "points_total",
    "majoration_precarite",
    "remuneration",
    "avance",
    "solde",
]
MONEY = ["remuneration", "avance", "solde"]
HALF = Fraction(1, 2)


def number(text):
    """Reads `7`, `0.05`, `5 %` or `2/3`."""
    text = text.strip()
    return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)


class Figures:
    """The parameters and tables of the rulebook, as fractions."""

    def __init__(self):
        book = tomllib.loads((FOLDER / "rulebook.toml").read_text(encoding="utf-8"))
        self.amplitudes = list(book["inputs"]["amplitude"]["enum"])
        self.parameters = {
            name: number(declared["values"][0]["value"]) for name, declared in book["parameters"].items()
        }
        self.horaires = {}
        for row in book["tables"]["horaires"]["rows"]:
            for samedi in [False, True] if row["samedi"] == "*" else [row["samedi"]]:
                self.horaires[row["amplitude"], samedi] = number(row["value"])
        self.coordination_variable = [
            (Fraction(row["above"]), number(row["value"]))
            for row in book["tables"]["coordination_variable"]["rows"]
        ]
        self.formation_fixe = [
            (Fraction(row["at_least"]), number(row["value"])) for row in book["tables"]["formation_fixe"]["rows"]
        ]


def marginal(rows, base):
    """Multiplies each slice of the base by the rate of its row."""
    total = Fraction(0)
    for index, (bound, rate) in enumerate(rows):
        end = rows[index + 1][0] if index + 1 < len(rows) else base
        total += max(min(base, end) - bound, 0) * rate
    return total


def half_away(number):
    """Rounds to a whole number, half away from zero."""
    return floor(number + HALF) if number >= 0 else -floor(HALF - number)


def is_near_half(number):
    """Says whether floats may well fall on the other side: within a millionth of a half."""
    return abs(number - floor(number) - HALF) < Fraction(1, 10**6)


def exact(figures, parameters, team):
    """Returns every output of a team (a row of the facts, as texts), and the two amounts before they are rounded.

    Money is in whole cents, before rounding in fractions of them; all else is a fraction.
    """
    p = parameters
    fact = {name: Fraction(text) if text[0].isdigit() and name not in WORDS else text for name, text in team.items()}
    yes = {name: team[name] == "true" for name in BOOLS}
    joined = datetime.date.fromisoformat(team["date_effet"])
    days = (LAST - max(joined, FIRST)).days + 1
    part = Fraction(max(days, 0), (LAST - FIRST).days + 1)
    ratio = fact["patientele"] / p["patientele_de_reference"]

    horaires = figures.horaires[team["amplitude"], yes["samedi"]] if yes["soins_non_programmes"] else Fraction(0)
    full_coordination = p["coordination_fixe"] + marginal(figures.coordination_variable, fact["patientele"])
    coordination = full_coordination if yes["fonction_coordination"] else Fraction(0)
    per_protocol = p["protocole_fixe"] + (p["protocole_ipa"] if yes["ipa"] else 0)
    protocols = min(fact["protocoles"], p["protocoles_maximum"]) * per_protocol
    required = floor(p["rcp_reunions_minimum"] * part)
    if fact["base_rcp"] == 0 or fact["reunions_rcp"] < required:
        rate = Fraction(0)
    else:
        rate = Fraction(floor(fact["dossiers_rcp"] / fact["base_rcp"] * 10000), 10000)
    full_rcp = p["rcp_variable"] * ratio
    rcp = full_rcp * min(rate / p["rcp_taux_plein"], 1) * part
    formation = [value for bound, value in figures.formation_fixe if fact["stagiaires"] >= bound][-1]
    full_system = p["systeme_variable"] * ratio
    system = full_system * part if yes["systeme_en_place"] else Fraction(0)
    met = horaires > 0 and yes["fonction_coordination"] and yes["systeme_en_place"]
    total = horaires + coordination + protocols + rcp + formation + system if met else Fraction(0)

    over_css = max(fact["taux_css"] - fact["taux_css_national"], 0)
    over_ame = max(fact["taux_ame"] - fact["taux_ame_national"], 0)
    uplift = min(over_css + over_ame, p["majoration_plafond"])
    unrounded = {"remuneration": 100 * total * p["valeur_du_point"] * (1 + uplift)}
    core = full_coordination + p["protocoles_maximum"] * per_protocol + full_rcp + full_system
    unrounded["avance"] = 100 * p["part_avance"] * core * p["valeur_du_point"] * part
    remuneration, advance = (half_away(unrounded[name]) for name in ("remuneration", "avance"))
    outputs = {
        "points_horaires": horaires,
        "points_coordination": coordination,
        "points_protocoles": protocols,
        "taux_rcp": rate,
        "points_rcp": rcp,
        "points_formation": formation,
        "points_systeme": system,
        "prerequis_atteints": met,
        "points_total": total,
        "majoration_precarite": uplift,
        "remuneration": remuneration,
        "avance": advance,
        "solde": remuneration - advance,
    }
    return outputs, unrounded


BOOLS = ["soins_non_programmes", "samedi", "fonction_coordination", "systeme_en_place", "ipa"]
WORDS = [*BOOLS, "amplitude", "date_effet", "equipe"]
