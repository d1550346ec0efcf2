"""Makes the pictures and tables of docs/findings.md and docs/constats.md from a synthetic territory, and fails when a finding of
the field no longer comes out.

usage: findings.py QUOTEPART WORK [--check]

QUOTEPART is the binary; WORK a folder in which the territory and the runs are made, or found when they are there. With --check
nothing is written under docs/.
"""

import csv
import os
import statistics
import subprocess
import sys
from fractions import Fraction

import duckdb

import pictures
from pictures import number

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BINARY, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
WRITES = "--check" not in sys.argv
ORDER = ["--patients", "60000", "--teams", "18", "--years", "2018-2022", "--seed", "1"]
CHANGES = os.path.join(ROOT, "rulebooks", "{}", "changes")
RURAL, OVERSEAS = "marges_rurales", "outre_mer"


def made(name):
    return os.path.join(WORK, name)


def command(name, arguments):
    """Runs a command of Quotepart unless what it makes is there."""
    if not os.path.exists(made(name)):
        print("quotepart", " ".join(arguments), flush=True)
        words = [BINARY, *arguments, "--lang", "en", "--out", made(name)]
        done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=WORK)
        if done.returncode not in (0, 3):
            sys.exit(f"{' '.join(words)}\n{done.stderr[-2000:]}")


def rows(*path):
    with open(made(os.path.join(*path)), newline="") as file:
        return list(csv.DictReader(file))


def change(contract, name):
    return os.path.join(CHANGES.format(contract), f"{name}.toml")


def make_all():
    os.makedirs(WORK, exist_ok=True)
    command("land", ["synth", *ORDER])
    command("claims", ["gate", "land", "--mapping", "snds"])
    command("ipep-2019", ["run", "ipep", "--year", "2019", "--data", "claims"])
    covid = ["run", "ipep", "--year", "2020", "--data", "claims", "--previous", "ipep-2019"]
    command("ipep-2020", covid)
    for option in ("covid-option-1", "covid-option-3"):
        command(f"ipep-2020-{option}", [*covid, "--change", change("ipep", option)])
    command("ipep-2021", ["run", "ipep", "--year", "2021", "--data", "claims", "--previous", "ipep-2020"])
    command("ipep-2022", ["run", "ipep", "--year", "2022", "--data", "claims", "--previous", "ipep-2021"])
    command("peps-2022", ["run", "peps", "--year", "2022", "--data", "claims"])


# ------------------------------------------------------------------------------------------------- what is known of teams

def query(sql):
    tables = {name: os.path.join(WORK, "claims", name) for name in ("patient", "territory", "team", "condition", "act")}
    connection = duckdb.connect()
    for name, path in tables.items():
        whole = path + "/*.parquet" if os.path.isdir(path) else path + ".parquet"
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{whole}')")
    return connection.execute(sql).fetchall()


def classes(run):
    """Returns for each team the class of place where most of its patients live."""
    lists = os.path.join(WORK, run, "lists", "list.parquet")
    found = query(f"""
        SELECT t.source_key, y.class
        FROM read_parquet('{lists}') l JOIN patient p ON p.patient = l.patient JOIN territory y ON y.area = p.area
        JOIN team t ON t.team = l.team
        GROUP BY t.source_key, y.class
        QUALIFY ROW_NUMBER() OVER (PARTITION BY t.source_key ORDER BY COUNT(*) DESC, y.class) = 1""")
    return dict(found)


def planted():
    """Returns what each team truly saves, in per cent."""
    return {row["team"]: (1000 - int(row["spending_per_mille"])) / 10 for row in rows("land", "truth", "teams.csv")}


def kind_of(place):
    return 0 if place == RURAL else 1 if place == OVERSEAS else 2


READINGS = ["sans_territoire", "departement", "six_classes"]


def efficiency():
    """Returns each team's gap to patients alike under three readings of the territory, in per cent of what was expected."""
    place, truth = classes("ipep-2019"), planted()
    teams = []
    for row in rows("ipep-2019", "facts", "groupement.csv"):
        observed = Fraction(row["depense_observee"])
        expected = [Fraction(row[f"depense_nationale_{reading}"]) for reading in READINGS]
        gaps = [float(100 * (one - observed) / one) for one in expected]
        name = row["groupement"]
        teams.append({"team": name, "kind": kind_of(place[name]), "class": place[name], "patients": int(row["patients"]), "gaps": gaps, "true": truth[name]})
    return teams


def mean(values, weights):
    return sum(value * weight for value, weight in zip(values, weights)) / sum(weights)


def by_kind(teams, of):
    found = {}
    for kind in range(3):
        some = [team for team in teams if team["kind"] == kind]
        if some:
            found[kind] = mean([of(team) for team in some], [team["patients"] for team in some])
    return found


# ------------------------------------------------------------------------------------------------------------ Peps, 2022

def capitation():
    """Returns each team of Peps with its acts, its patients for each doctor, and its forfait beside fee-for-service."""
    place = classes("peps-2022")
    poverty = {row["equipe"]: float(Fraction(row["taux_pauvrete"] or "0")) for row in rows("peps-2022", "facts", "equipe.csv")}
    settled = {row["subject"]: row for row in rows("peps-2022", "settlement", "results", "equipe.csv")}
    whatif("peps", "peps-2022", 2022, ["without-local-adjustment"], ["forfait_ajuste", "forfait", "patients_payes"], "uplift")
    without = {row["subject"]: row for row in rows("uplift.csv") if row["change"] == "changed"}
    kinds = dict(query("SELECT source_key, kind FROM team"))
    acts = acts_of_patients()
    teams = []
    for row in rows("peps-2022", "facts", "equipe.csv"):
        name = row["equipe"]
        if name not in settled:
            continue
        reference = Fraction(row["paiement_a_l_acte_2019"]) * Fraction(row["actes"]) / Fraction(row["actes_2019"])
        patients = Fraction(settled[name]["patients_payes"])
        adjusted, paid = Fraction(settled[name]["forfait_ajuste"]), Fraction(settled[name]["forfait"])
        teams.append({
            "team": name, "centre": kinds[name] == "centre_de_sante", "class": place[name], "patients": int(patients),
            "per_doctor": float(patients / int(row["medecins"])) if row["medecins"] not in ("", "0") else None,
            "acts": acts[name][0], "ratio": acts[name][0] / acts[name][1], "poverty": 100 * poverty[name],
            "reference": reference, "adjusted": adjusted, "paid": paid,
            "gap": float(100 * (adjusted / reference - 1)), "paid_gap": float(100 * (paid / reference - 1)),
            "without": float(100 * (Fraction(without[name]["forfait_ajuste"]) / reference - 1)),
            "zone": 0 if adjusted <= reference else 2 if adjusted >= reference * Fraction(115, 100) else 1,
        })
    return teams


def acts_of_patients():
    """Returns for each team the GP acts of its covered patients in 2022, with whomever, and those of patients alike in the nation."""
    lists = os.path.join(WORK, "peps-2022", "lists", "list_before.parquet")
    found = query(f"""
        WITH one AS (
          SELECT t.source_key AS team, (2021 - EXTRACT(YEAR FROM p.birth_date)) // 10 AS age, p.sex, i.patient IS NOT NULL AS ill,
                 COALESCE(a.acts, 0) AS acts
          FROM read_parquet('{lists}') l
          JOIN patient p ON p.patient = l.patient
          LEFT JOIN team t ON t.team = l.team
          LEFT JOIN (SELECT DISTINCT patient FROM condition WHERE from_date < DATE '2022-01-01') i ON i.patient = p.patient
          LEFT JOIN (SELECT patient, SUM(quantity) AS acts FROM act
                     WHERE profession = 'general_practitioner' AND contact AND EXTRACT(YEAR FROM date) = 2022 GROUP BY patient) a
                 ON a.patient = p.patient
          WHERE l.practitioner IS NOT NULL
        ), alike AS (SELECT age, sex, ill, AVG(acts) AS alike FROM one GROUP BY ALL)
        SELECT o.team, AVG(o.acts), AVG(a.alike) FROM one o JOIN alike a USING (age, sex, ill) WHERE o.team IS NOT NULL GROUP BY o.team
        """)
    return {team: (float(acts), float(alike)) for team, acts, alike in found}


def rank_correlation(pairs):
    def ranks(values):
        order = sorted(range(len(values)), key=lambda place: values[place])
        found = [0.0] * len(values)
        for rank, place in enumerate(order):
            found[place] = rank
        return found
    return statistics.correlation(ranks([one for one, _ in pairs]), ranks([other for _, other in pairs]))


# --------------------------------------------------------------------------------------------------------- what choices move

def whatif(contract, run, year, changes, outputs, name):
    facts = os.path.join(WORK, run, "facts")
    subject = {"ipep": "groupement", "peps": "equipe"}[contract]
    lower = [file.removesuffix(".csv") for file in sorted(os.listdir(facts)) if file != f"{subject}.csv"]
    arguments = ["whatif", os.path.join(WORK, run, "rulebook"), "--at", f"{year}-12-31", "--facts", os.path.join(facts, f"{subject}.csv")]
    for entity in lower:
        arguments += ["--facts", f"{entity}={os.path.join(facts, entity)}.csv"]
    arguments += ["--change", *[change(contract, one) for one in changes], "--output", *outputs]
    command(f"{name}.csv", arguments)


def title(path):
    import tomllib
    with open(path, "rb") as file:
        return tomllib.load(file)["change"]["title"]


def moved(contract, run, year, output):
    """Returns for each change file: total, teams paid, largest gain, largest loss, median change."""
    files = sorted(file.removesuffix(".toml") for file in os.listdir(CHANGES.format(contract)))
    # A payer's own table of forfaits is no reading of the contract.
    files = [file for file in files if file != "fitted-table-example"]
    whatif(contract, run, year, files, [output], f"moved-{run}")
    amounts = {}
    for row in rows(f"moved-{run}.csv"):
        amounts.setdefault(row["change"], {})[row["subject"]] = Fraction(row[output])
    base = amounts["base"]
    found = []
    for file in ["base", *files]:
        some = amounts.get(file, {})
        differences = [some[team] - base[team] for team in base if team in some]
        found.append({
            "file": file, "title": None if file == "base" else title(change(contract, file)), "total": sum(some.values()),
            "paid": sum(1 for amount in some.values() if amount > 0), "difference": sum(some.values()) - sum(base.values()),
            "most": max([*differences, Fraction(0)]), "least": min([*differences, Fraction(0)]),
            "median": statistics.median(differences) if differences else Fraction(0), "refused": len(base) - len(some), "teams": len(base),
        })
    return found


def moved_table(found, language, words):
    head = {"en": "| what is changed | file | total | change | teams paid | most won | most lost | median |",
            "fr": "| ce qui change | fichier | total | écart | équipes payées | plus grand gain | plus grande perte | médiane |"}[language]
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    euro = lambda value, signed=False: number(float(round(value)), language, 0, signed)
    for row in found:
        if row["file"] == "base":
            lines.append(f"| {words} | | {euro(row['total'])} | | {row['paid']} | | | |")
        elif row["refused"] == row["teams"]:
            # One team that lacks a fact refuses all, since the contract reads them together.
            refused = {"en": "refused: a team lacks a fact that this reading asks for", "fr": "refusé : il manque à une équipe un fait que cette lecture demande"}[language]
            lines.append(f"| {row['title'][language]} | `{row['file']}.toml` | {refused} | | | | | |")
        elif row["difference"] or row["most"] or row["least"] or row["refused"]:
            lines.append(f"| {row['title'][language]} | `{row['file']}.toml` | {euro(row['total'])} | {euro(row['difference'], True)} | {row['paid']} | {euro(row['most'], True)} | {euro(row['least'], True)} | {euro(row['median'], True)} |")
    still = [f"`{row['file']}`" for row in found[1:] if not (row["difference"] or row["most"] or row["least"] or row["refused"])]
    if still:
        lines += ["", {"en": "These move nothing in that year: ", "fr": "Ceux-ci ne déplacent rien cette année-là : "}[language] + ", ".join(still) + "."]
    return "\n".join(lines)


# -------------------------------------------------------------------------------------------------------------------- pages

PARTS = {}


def part(name, language, content):
    PARTS[(name, language)] = content


def put_parts():
    for language, file in (("en", "findings.md"), ("fr", "constats.md")):
        path = os.path.join(ROOT, "docs", file)
        with open(path) as opened:
            page = opened.read()
        for (name, of), content in PARTS.items():
            begins, ends = f"<!-- figures: {name} -->", "<!-- end -->"
            if of != language:
                continue
            if begins not in page:
                sys.exit(f"{file} has no place for `{name}`")
            before, after = page.split(begins, 1)
            page = before + begins + "\n\n" + content + "\n\n" + ends + after.split(ends, 1)[1]
        with open(path, "w") as opened:
            opened.write(page)


def picture(name, language, drawn):
    if WRITES:
        folder = os.path.join(ROOT, "docs", "pictures")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{name}.{language}.svg"), "w") as file:
            file.write(drawn)


def holds(what, truth, detail):
    print(("holds   " if truth else "FAILS   ") + what + f" ({detail})", flush=True)
    return truth


KINDS = {"fr": ["marges rurales", "outre-mer", "autres"], "en": ["rural margins", "overseas", "others"]}
READING = {"fr": ["Sans territoire", "Par département", "Par classe de territoire"], "en": ["No territory", "By département", "By class of territory"]}
ZONES = {"fr": ["au plancher", "entre les deux", "au plafond"], "en": ["at the floor", "in between", "at the cap"]}


def first_finding():
    teams = efficiency()
    means = [by_kind(teams, lambda team, place=place: team["gaps"][place]) for place in range(3)]
    true = by_kind(teams, lambda team: team["true"])
    if len(true) < 3:
        return [holds("there are teams in rural margins, overseas and elsewhere", False, f"{len(true)} of 3")]
    for language in ("fr", "en"):
        lines = []
        for reading in range(3):
            lines.append((READING[language][reading], [], None))
            for kind in range(3):
                points = [(kind, team["gaps"][reading]) for team in teams if team["kind"] == kind]
                lines.append((KINDS[language][kind], points, means[reading][kind]))
        words = {"fr": ("Ce que le lieu fait croire", "écart à la dépense attendue, en % (à droite : dépense moins)", "Écart de chaque équipe à la dépense attendue, sous trois lectures du territoire ; le trait est la moyenne par patient."),
                 "en": ("What the place makes one believe", "gap to expected spending, in % (right: spends less)", "Gap of each team to expected spending, under three readings of the territory; the line is the mean by patient.")}[language]
        shapes = [(kind, KINDS[language][kind]) for kind in range(3)]
        picture("territory", language, pictures.strips(words[0], words[2], lines, None, words[1], language, shapes))
        head = {"fr": "| où vivent les patients | équipes | économie vraie | sans territoire | par département | par classe |", "en": "| where patients live | teams | true saving | no territory | by département | by class |"}[language]
        table = [head, "|---|---|---|---|---|---|"]
        for kind in range(3):
            shown = [number(value, language, 1, True) + " %" for value in [true[kind], *[one[kind] for one in means]]]
            table.append(f"| {KINDS[language][kind]} | {sum(team['kind'] == kind for team in teams)} | " + " | ".join(shown) + " |")
        part("territory", language, "\n".join(table))
    none, county, place = means
    excess = lambda one, kind: one[kind] - true[kind] - (one[2] - true[2])
    return [
        holds("without territory rural teams look efficient", excess(none, 0) > 4, f"{excess(none, 0):+.1f} % more than they save, compared with others"),
        holds("without territory overseas teams look bad", excess(none, 1) < -8, f"{excess(none, 1):+.1f} %"),
        holds("the département mends overseas, not the rural margins", abs(excess(county, 1)) < abs(excess(none, 1)) / 2 and excess(county, 0) > excess(none, 0) / 2, f"{excess(county, 1):+.1f} % and {excess(county, 0):+.1f} %"),
        holds("classes of territory mend both", abs(excess(place, 0)) < excess(none, 0) / 2 and abs(excess(place, 1)) < abs(excess(none, 1)) / 2, f"{excess(place, 0):+.1f} % and {excess(place, 1):+.1f} %"),
    ]


def other_findings():
    teams = capitation()
    known = [team for team in teams if team["per_doctor"]]
    acts = rank_correlation([(team["ratio"], team["without"]) for team in teams])
    doctors = rank_correlation([(team["per_doctor"], team["without"]) for team in known])
    busy = [team for team in teams if team["ratio"] >= 1.1 and team["gap"] == team["without"]]
    floors = [team for team in teams if team["zone"] == 0]
    winners, losers = [team for team in known if team["zone"] == 2], [team for team in known if team["zone"] == 0]
    poor = [team for team in teams if team["poverty"] >= 22]
    if not (poor and known):
        return [holds("there are teams in poor communes", False, "none")]
    thanks = [team for team in poor if team["gap"] > 15 >= team["without"]]
    for language in ("fr", "en"):
        nation_words = {"fr": "comme la nation", "en": "like the nation"}[language]
        words = {"fr": ("Qui gagne au forfait", "actes de généraliste de ses patients, en % de patients semblables", "patients par médecin", "Équipes selon leurs actes par patient et leurs patients par médecin, et où le forfait les met."),
                 "en": ("Who wins by the forfait", "GP acts of its patients, in % of patients alike", "patients per doctor", "Teams by acts per patient and patients per doctor, and where the forfait puts them.")}[language]
        shapes = [(zone, ZONES[language][zone]) for zone in range(3)]
        points = [(team["zone"], 100 * team["ratio"], team["per_doctor"]) for team in known]
        picture("winners", language, pictures.plane(words[0], words[3], points, words[1], words[2], language, shapes, [(nation_words, "v", 100.0)], (0, 0)))
        words = {"fr": ("La majoration de pauvreté mène au plafond", "forfait comparé au paiement à l'acte, en %", "Forfait avant bornes comparé au paiement à l'acte, avec et sans majoration, des équipes des communes pauvres."),
                 "en": ("The poverty uplift leads to the cap", "forfait compared with fee-for-service, in %", "Forfait before bounds compared with fee-for-service, with and without the uplift, for teams in poor communes.")}[language]
        lines = []
        with_words = {"fr": ("avec majoration", "sans majoration"), "en": ("with the uplift", "without the uplift")}[language]
        for team in sorted(poor, key=lambda team: -team["poverty"]):
            share = number(team["poverty"], language, 0)
            lines += [(f"{team['team']} ({share} %), {with_words[0]}", 1, team["gap"]), (with_words[1], 0, team["without"])]
        picture("poverty", language, pictures.bars(words[0], words[2], lines, words[1], language, 1, [(1, with_words[0]), (0, with_words[1])], [({"fr": "plafond", "en": "cap"}[language], 15.0)]))
        yes = {"fr": ("oui", "non"), "en": ("yes", "no")}[language]
        head = {"fr": "| équipe | patients | patients par médecin | actes par patient | de ceux de patients semblables | pauvreté | forfait avant bornes | sans majoration | reçoit | où |",
                "en": "| team | patients | patients per doctor | acts per patient | of those of patients alike | poverty | forfait before bounds | without uplift | receives | where |"}[language]
        table = [head, "|---|---|---|---|---|---|---|---|---|---|"]
        for team in sorted(teams, key=lambda team: team["ratio"]):
            per = number(team["per_doctor"], language) if team["per_doctor"] else "–"
            cells = [team["team"], number(team["patients"], language), per, number(team["acts"], language, 2), number(100 * team["ratio"], language, 0) + " %", number(team["poverty"], language, 1) + " %"]
            cells += [number(team[key], language, 1, True) + " %" for key in ("gap", "without", "paid_gap")]
            table.append("| " + " | ".join([*cells, ZONES[language][team["zone"]]]) + " |")
        table += ["", {"fr": f"Corrélation des rangs entre le forfait avant majoration comparé au paiement à l'acte et les actes comparés à ceux de patients semblables : {number(acts, language, 2, True)} ; et les patients par médecin : {number(doctors, language, 2, True)}.",
                       "en": f"Rank correlation of the forfait before uplift, compared with fee-for-service, with acts compared with those of patients alike: {number(acts, language, 2, True)}; with patients per doctor: {number(doctors, language, 2, True)}."}[language]]
        part("capitation", language, "\n".join(table))
    cents = lambda team: abs(team["paid"] - team["reference"]) < Fraction(1, 100)
    middle = lambda some, key: statistics.mean(team[key] for team in some) if some else 0.0
    return [
        holds("winners have few acts per patient", acts < -0.5, f"rank correlation {acts:+.2f}"),
        holds("winners have many patients per doctor", doctors > 0 and middle(winners, "per_doctor") > middle(losers, "per_doctor"), f"rank correlation {doctors:+.2f}; {middle(winners, 'per_doctor'):.0f} against {middle(losers, 'per_doctor'):.0f} patients per doctor"),
        holds("teams with 10 % more acts than the nation get exactly the floor", busy and all(team["zone"] == 0 for team in busy) and all(cents(team) for team in floors), f"{len(busy)} such teams; {len(floors)} at the floor"),
        holds("teams in poor communes exceed the cap thanks to the uplift", bool(thanks) and all(team["gap"] > team["without"] + 5 for team in poor), f"{len(thanks)} of {len(poor)} teams in communes with 22 % of poor people, {sum(team['centre'] for team in thanks)} of them centres"),
    ]


def covid():
    totals = []
    for run in ("ipep-2020-covid-option-1", "ipep-2020", "ipep-2020-covid-option-3"):
        amounts = {row["subject"]: Fraction(row["total_ipep"]) for row in rows(run, "settlement", "results", "groupement.csv")}
        incentive = sum(Fraction(row["interessement"]) for row in rows(run, "settlement", "results", "groupement.csv"))
        totals.append((amounts, incentive))
    before = {row["subject"]: Fraction(row["total_ipep"]) for row in rows("ipep-2019", "settlement", "results", "groupement.csv")}
    names = {"fr": ["1 : amorçage seul", "2 : le montant de 2019 (choisie)", "3 : montant moyen par patient"], "en": ["1: seed money only", "2: the amount of 2019 again (chosen)", "3: mean amount per patient"]}
    for language in ("fr", "en"):
        euro = lambda value, signed=False: number(float(round(value)), language, 0, signed)
        head = {"fr": "| option | total | dont intéressement | dont amorçage | moins ou plus que l'option 2 | équipes qui y gagnent | qui y perdent |", "en": "| option | total | of which incentive | of which seed money | less or more than option 2 | teams that win | that lose |"}[language]
        table = [head, "|---|---|---|---|---|---|---|"]
        chosen = totals[1][0]
        for name, (amounts, incentive) in zip(names[language], totals):
            whole = sum(amounts.values())
            wins = sum(amounts[team] > chosen[team] for team in chosen)
            loses = sum(amounts[team] < chosen[team] for team in chosen)
            table.append(f"| {name} | {euro(whole)} | {euro(incentive)} | {euro(whole - incentive)} | {euro(whole - sum(chosen.values()), True)} | {wins} | {loses} |")
        table += ["", {"fr": f"L'année d'avant, les mêmes équipes avaient reçu {euro(sum(before.values()))} € en tout.", "en": f"The year before the same teams had received €{euro(sum(before.values()))} in all."}[language]]
        part("covid", language, "\n".join(table))
    first, chosen, third = [sum(amounts.values()) for amounts, _ in totals]
    return [
        holds("Covid: seed money only costs least", first < chosen, f"{float(first - chosen):,.0f} EUR"),
        holds("Covid, option 3: who did well the year before loses, others gain", any(totals[2][0][team] < totals[1][0][team] for team in totals[1][0]) and any(totals[2][0][team] > totals[1][0][team] for team in totals[1][0]), f"{float(third - chosen):,.0f} EUR in all"),
    ]


def choices():
    for language in ("fr", "en"):
        base = {"fr": "comme en vigueur", "en": "as in force"}[language]
        for contract, run, year, output in (("ipep", "ipep-2019", 2019, "total_ipep"), ("ipep", "ipep-2021", 2021, "total_ipep"), ("ipep", "ipep-2022", 2022, "total_ipep"), ("peps", "peps-2022", 2022, "total_peps")):
            part(run, language, moved_table(moved(contract, run, year, output), language, base))


def main():
    make_all()
    results = [*first_finding(), *other_findings(), *covid()]
    choices()
    if WRITES:
        put_parts()
    sys.exit(0 if all(results) else 1)


main()
