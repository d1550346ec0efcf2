"""Writes the facts and the scenarios, the same at each run: CSV files that both sides read."""

import numpy

from rules import Figures

SEED = 20241231

# The parameters that people ask about first; they reach all that is in euros.
SIX = ["valeur_du_point", "coordination_fixe", "protocole_fixe", "rcp_variable", "majoration_plafond", "part_avance"]

# The step of each parameter when a scenario changes it, as a fraction's denominator: a price in cents, a rate in
# thousandths, else whole numbers.
STEPS = {"valeur_du_point": 100, "rcp_taux_plein": 1000, "majoration_plafond": 1000, "part_avance": 1000}


def write_facts(path, teams):
    """Writes facts of teams that resemble no one."""
    draw = numpy.random.default_rng(SEED)

    def whole(low, high):
        return draw.integers(low, high, teams, endpoint=True).astype(str)

    def chance(probability):
        return numpy.where(draw.random(teams) < probability, "true", "false")

    def rate(low, high):
        units = draw.integers(low, high, teams, endpoint=True)
        return numpy.char.add("0.", numpy.char.zfill(units.astype(str), 4))

    # One team in five joins during the year.
    day = numpy.where(draw.random(teams) < 0.2, draw.integers(0, 366, teams), 0)
    base = draw.integers(50, 1500, teams, endpoint=True)
    columns = {
        "equipe": numpy.char.add("t", numpy.arange(teams).astype(str)),
        "patientele": whole(300, 20000),
        "date_effet": (numpy.datetime64("2024-01-01") + day).astype(str),
        "soins_non_programmes": chance(0.95),
        "amplitude": draw.choice(Figures().amplitudes, teams, p=[0.5, 0.3, 0.15, 0.05]),
        "samedi": chance(0.7),
        "fonction_coordination": chance(0.95),
        "systeme_en_place": chance(0.95),
        "ipa": chance(0.3),
        "protocoles": whole(0, 12),
        "reunions_rcp": whole(0, 15),
        # Up to twice what the full rate asks for; one population in fifty is empty.
        "dossiers_rcp": (draw.random(teams) * base / 10).astype(int).astype(str),
        "base_rcp": numpy.where(draw.random(teams) < 0.02, 0, base).astype(str),
        "stagiaires": whole(0, 6),
        "taux_css": rate(200, 3500),
        "taux_css_national": numpy.full(teams, "0.0873"),
        "taux_ame": rate(0, 400),
        "taux_ame_national": numpy.full(teams, "0.0061"),
    }
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(",".join(row) + "\n" for row in zip(*columns.values()))


def write_scenarios(path, names, count):
    """Writes values of parameters, from four fifths to six fifths of the rulebook's; one scenario a row."""
    draw = numpy.random.default_rng(SEED + len(names))
    figures = Figures().parameters
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for _ in range(count):
            values = []
            for name in names:
                step = STEPS.get(name, 1)
                low, high = figures[name] * step * 4 / 5, figures[name] * step * 6 / 5
                units = int(draw.integers(int(low), int(high), endpoint=True))
                values.append(f"{units}/{step}" if step > 1 else str(units))
            file.write(",".join(values) + "\n")
