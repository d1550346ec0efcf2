"""Asks over many seeds whether intervals of gains hold what a synthetic territory planted, the whole way through the chain.

usage: luck.py QUOTEPART WORK SEEDS [MODEL…]

For each seed a territory is drawn, read by the gate, attributed, and its spending of 2019 compared with what models expect. What
is true of a team is known: patients of a team with 930 thousandths spend 7 % less from the day their médecin traitant is in it.
The truth of a gain is `expected × (1 − own factor / factor of the reference)`, each factor the mean over patients and days, weighted
by what patients of that age and illness cost; a returning patient counts for the cost of returns.
It compares a team with everybody: where a team is nearly all of a level of the model (one band of accessibility, one class), the
model compares it with itself, its gain and its error go to nil, and this truth is not what the model estimates. Draw more areas then.
Errors are between seeds, since the teams of one seed share their reference.
"""

import json
import os
import statistics
import subprocess
import sys
from fractions import Fraction

import duckdb

BINARY, WORK, SEEDS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODELS = sys.argv[4:] or ["ipep-2019", "ipep-2021-class"]
ORDER = ["--patients", "12000", "--teams", "4", "--years", "2018-2019"]
YEAR = 2019


def command(*arguments, may_lack=None):
    """Runs a command of Quotepart; returns whether it was done. `may_lack`: what it may say instead, when nobody is there."""
    done = subprocess.run([BINARY, *arguments, "--lang", "en"], cwd=WORK, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode and (may_lack is None or may_lack not in done.stderr):
        sys.exit(f"{' '.join(arguments)}\n{done.stderr[-2000:]}")
    return done.returncode == 0


def outside(model):
    """Writes the model as it would be fitted outside the teams, and returns its name."""
    name = f"{model}-outside"
    with open(os.path.join(ROOT, "models", f"{model}.toml")) as file:
        text = file.read()
    changed = text.replace(f'"{model}"', f'"{name}"').replace('reference = "everybody"', 'reference = "outside_teams"')
    with open(os.path.join(WORK, f"{name}.toml"), "w") as file:
        file.write(changed)
    return os.path.join(WORK, f"{name}.toml")


# Days of 2019 of each patient under each effect; the spending of each patient stands for what patients alike cost.
FACTORS = """
WITH days AS (
  SELECT l.patient, l.team AS list, m.team,
         SUM(DATEDIFF('day', GREATEST(r.from_date, m.from_date, DATE '{year}-01-01'),
                      LEAST(COALESCE(r.to_date, DATE '{year}-12-31'), COALESCE(m.to_date, DATE '{year}-12-31'), DATE '{year}-12-31')) + 1) AS days
  FROM lists l
  JOIN registration r ON r.patient = l.patient
  JOIN membership m ON m.practitioner = r.practitioner
  JOIN team t ON t.team = m.team AND t.kind <> 'cpts'
  WHERE GREATEST(r.from_date, m.from_date) <= DATE '{year}-12-31'
    AND LEAST(COALESCE(r.to_date, DATE '{year}-12-31'), COALESCE(m.to_date, DATE '{year}-12-31')) >= DATE '{year}-01-01'
  GROUP BY ALL
  HAVING days > 0
), moved AS (
  SELECT d.patient, SUM(d.days * (x.factor - 1)) / 365.0 AS moved
  FROM days d JOIN team t ON t.team = d.team JOIN truth x ON x.team = t.source_key
  GROUP BY d.patient
)
SELECT l.team, SUM(w.weight), SUM(w.weight * (1 + COALESCE(m.moved, 0)))
FROM lists l JOIN weights w ON w.patient = l.patient LEFT JOIN moved m ON m.patient = l.patient
GROUP BY l.team
"""


def truths(land, claims, lists):
    """Returns what each team's mean factor is, and that of everybody and of who is in no team."""
    connection = duckdb.connect()
    for name in ("registration", "membership", "team", "patient", "condition"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{claims}/{name}.parquet')")
    connection.execute(f"CREATE VIEW lists AS SELECT * FROM read_parquet('{lists}') WHERE practitioner IS NOT NULL")
    outcomes = f"{land}/truth/outcomes.csv"
    # Of all spending, so much is the cost of returns: stays that follow a stay.
    stays, spending, share = connection.execute(f"""
        SELECT SUM(public_stay_cents), SUM(line_cents + public_stay_cents), SUM(returns) / SUM(stays)
        FROM read_csv('{outcomes}') WHERE year = {YEAR}""").fetchone()
    returns = float(stays) / float(spending) * float(share)
    connection.execute(f"""
        CREATE VIEW truth AS SELECT team, spending_per_mille / 1000.0 * (1 + {returns} * (readmission_per_mille / 1000.0 - 1)) AS factor
        FROM read_csv('{land}/truth/teams.csv')""")
    # Older and ill patients weigh more: ten years of age and a condition count as they roughly do in spending.
    connection.execute(f"""
        CREATE VIEW weights AS
        SELECT p.patient, (500 + 25 * ({YEAR} - YEAR(p.birth_date))) * CASE WHEN c.patient IS NULL THEN 1 ELSE 2.5 END AS weight
        FROM patient p LEFT JOIN (SELECT DISTINCT patient FROM condition WHERE from_date <= DATE '{YEAR}-12-31') c ON c.patient = p.patient
        WHERE p.death_date IS NULL OR p.death_date >= DATE '{YEAR}-01-01'""")
    teams = {team: (float(weight), float(moved)) for team, weight, moved in connection.execute(FACTORS.format(year=YEAR)).fetchall()}
    everybody = sum(moved for _, moved in teams.values()) / sum(weight for weight, _ in teams.values())
    nobody = teams.get(None, (1.0, 1.0))
    return {team: moved / weight for team, (weight, moved) in teams.items()}, everybody, nobody[1] / nobody[0]


def seed(number):
    kept = os.path.join(WORK, f"seed-{number}.json")
    if os.path.exists(kept):
        with open(kept) as file:
            return json.load(file)
    for path in ("land", "claims"):
        subprocess.run(["rm", "-rf", os.path.join(WORK, path)], check=True)
    command("synth", *ORDER, "--seed", str(number), "--out", "land")
    command("gate", "land", "--mapping", "snds", "--out", "claims")
    command("attribute", "claims", "--at", f"{YEAR}-12-31", "--method", "declared", "--team-kind", "maison_de_sante", "--team-kind", "centre_de_sante", "--out", "lists.parquet")
    own, everybody, nobody = truths(os.path.join(WORK, "land"), os.path.join(WORK, "claims"), os.path.join(WORK, "lists.parquet"))
    found = []
    for model in MODELS:
        for name, path, reference in ((model, model, everybody), (f"{model}, outside teams", outside(model), nobody)):
            # In a small territory every doctor may be in a team: then there is nobody outside.
            arguments = ("--year", str(YEAR), "--model", path, "--lists", "lists.parquet", "--out", "teams.parquet")
            if not command("expect", "claims", *arguments, may_lack="nobody"):
                continue
            for team, expected, gain, error, low, high, chance, nil, patients in duckdb.execute(
                    f"SELECT team, expected, gain, error, low, high, chance, nil_or_negative, patients FROM read_parquet('{WORK}/teams.parquet')").fetchall():
                truth = float(Fraction(expected)) * (1 - own[team] / reference)
                found.append({"model": name, "seed": number, "truth": truth, "gain": float(Fraction(gain)), "error": error, "low": low, "high": high, "chance": chance, "nil": nil, "patients": patients})
    with open(kept, "w") as file:
        json.dump(found, file)
    return found


def between(values):
    return statistics.mean(values), statistics.stdev(values) / len(values) ** 0.5


def main():
    os.makedirs(WORK, exist_ok=True)
    all_found = []
    for number in range(1, SEEDS + 1):
        all_found += seed(number)
        print(f"seed {number}", file=sys.stderr, flush=True)
    print(f"{SEEDS} seeds of {' '.join(ORDER)}")
    print(f"{'model':40} {'teams':>6} {'held by 95 %':>18} {'above':>7} {'mean of (gain − truth) / error':>32} {'its deviation':>14}")
    for model in dict.fromkeys(one["model"] for one in all_found):
        some = [one for one in all_found if one["model"] == model]
        inside = [statistics.mean(one["low"] <= one["truth"] <= one["high"] for one in some if one["seed"] == number) for number in {one["seed"] for one in some}]
        above = statistics.mean(one["truth"] > one["high"] for one in some)
        scores = [(one["gain"] - one["truth"]) / one["error"] for one in some]
        middle = between([statistics.mean(score for score, one in zip(scores, some) if one["seed"] == number) for number in {one["seed"] for one in some}])
        share = between(inside)
        print(f"{model:40} {len(some):>6} {share[0]:>9.3f} ± {share[1]:.3f} {above:>8.3f} {middle[0]:>+22.2f} ± {middle[1]:.2f} {statistics.pstdev(scores):>16.2f}")
        said = [(one["nil"], one["truth"] <= 0) for one in some if one["nil"] is not None]
        for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
            group = [(nil, true) for nil, true in said if low <= nil < high]
            if group:
                print(f"    second number {low:.1f} to {min(high, 1):.1f}: {len(group):>4} teams, said {statistics.mean(nil for nil, _ in group):.2f}, truly nil or negative {statistics.mean(true for _, true in group):.2f}")


main()
