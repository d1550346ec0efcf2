//! Help in French. The English words stand beside each flag, in `cli`.

use clap::{Command, CommandFactory as _};
use rulebook::Language;

use crate::cli::Cli;

/// The words of a flag that several commands have.
const TODAY: &str = "Inscrit à cette date (par défaut : celle de l'horloge)";

/// Where claims are read.
const CLAIMS: &str = "Dossier de tables canoniques, ou d'une source que --mapping sait lire";

/// How another source is read.
const MAPPING: &str = "Nom d'une correspondance qui vient avec Quotepart, ou dossier d'une autre";

/// The command and its French words; the command itself has the flag "", and `ledger verify` is `verify` of `ledger`.
const FRENCH: &[(&str, &str, &str)] = &[
    ("", "", "Calcule et explique l'argent des soins primaires en équipe"),
    ("", "lang", "Langue des messages et des explications, fr ou en (par défaut : celle du système)"),
    ("", "rulebooks", "Dossier de contrats à prendre à la place de ceux qui viennent avec Quotepart"),
    ("", "help", "Affiche l'aide"),
    ("", "version", "Affiche la version"),
    ("check", "", "Lit et vérifie des contrats, et rejoue leurs cas"),
    (
        "check",
        "paths",
        "Dossier d'un contrat, dossier de contrats, ou nom (par défaut : tous ceux de Quotepart)",
    ),
    ("inputs", "", "Montre les faits qu'un contrat demande"),
    ("inputs", "rulebook", "Nom d'un contrat, ou chemin de son dossier"),
    (
        "inputs",
        "at",
        "Seulement les faits de la période qui contient ce jour (par défaut : ceux de toutes les années)",
    ),
    (
        "inputs",
        "format",
        "toml : un fichier à remplir ; csv : une ligne par fait ; json : pour les programmes",
    ),
    ("settle", "", "Règle les sujets d'un fichier de faits"),
    ("settle", "rulebook", "Nom d'un contrat, ou chemin de son dossier"),
    ("settle", "at", "Un jour de la période à régler, par exemple 2024-12-31"),
    (
        "settle",
        "facts",
        "Fichier de faits, .csv, .toml ou .json ; ENTITÉ=FICHIER pour ceux d'une entité plus basse",
    ),
    (
        "settle",
        "map",
        "La colonne du fichier où se trouve une entrée, les identifiants d'une entité, ou subject",
    ),
    (
        "settle",
        "change",
        "Fichiers de changements, .toml, posés dans cet ordre sur le contrat et les faits : une simulation",
    ),
    ("settle", "out", "Où écrire : .csv, .json, ou un dossier, qui devient un calcul (run)"),
    ("settle", "official", "Refuse qui repose sur une valeur que personne n'atteste"),
    ("settle", "known_at", "Calcule avec ce qui était publié ce jour-là"),
    ("settle", "exclude", "Sujets à laisser de côté"),
    ("settle", "numbers", "Écriture des nombres dans les fichiers : fr (1 234,56) ou en (1,234.56)"),
    ("settle", "strict", "S'arrête à une colonne inconnue au lieu d'avertir"),
    ("settle", "force", "Remplace un calcul qui existe"),
    ("explain", "", "Explique les montants d'un sujet d'un calcul"),
    ("explain", "run", "Dossier d'un calcul (run)"),
    ("explain", "subject", "Identifiant du sujet"),
    ("explain", "entity", "Entité de l'identifiant, quand ce n'est pas celle du sujet"),
    ("explain", "rule", "N'explique qu'une règle (par défaut : tous les résultats)"),
    ("explain", "format", "text, html (une page qui se suffit) ou json"),
    ("explain", "out", "Fichier où écrire au lieu de la sortie standard"),
    ("whatif", "", "Dit ce que des changements d'un contrat ou de faits apporteraient"),
    ("whatif", "rulebook", "Nom d'un contrat, ou chemin de son dossier"),
    ("whatif", "at", "Un jour de la période à régler, par exemple 2024-12-31"),
    (
        "whatif",
        "facts",
        "Fichier de faits, .csv, .toml ou .json ; ENTITÉ=FICHIER pour ceux d'une entité plus basse",
    ),
    (
        "whatif",
        "change",
        "Fichiers de changements, .toml ; plusieurs sont montrés chacun seul et tous ensemble",
    ),
    ("whatif", "grid", "Fichier d'une grille, .toml : des valeurs dont le produit est calculé"),
    ("whatif", "output", "Résultats à écrire (par défaut : tous)"),
    (
        "whatif",
        "map",
        "La colonne du fichier où se trouve une entrée, les identifiants d'une entité, ou subject",
    ),
    (
        "whatif",
        "out",
        "Où écrire : .csv (une ligne par scénario et par sujet), .json, ou .html (une page avec des images)",
    ),
    ("whatif", "official", "Refusé ici : personne n'atteste un changement"),
    ("whatif", "known_at", "Calcule avec ce qui était publié ce jour-là"),
    ("whatif", "exclude", "Sujets à laisser de côté"),
    ("whatif", "numbers", "Écriture des nombres dans les fichiers : fr (1 234,56) ou en (1,234.56)"),
    ("whatif", "strict", "S'arrête à une colonne inconnue au lieu d'avertir"),
    ("compare", "", "Dit pourquoi les montants diffèrent entre deux calculs"),
    ("compare", "before", "Dossier du premier calcul (run)"),
    ("compare", "after", "Dossier du second calcul (run)"),
    ("compare", "subject", "Identifiant d'un sujet (par défaut : tous)"),
    ("compare", "output", "Ne compare qu'un résultat (par défaut : tous les montants payés, et leur total)"),
    (
        "compare",
        "entity",
        "Compare les lignes d'une entité plus basse, par exemple des membres (par défaut : les sujets)",
    ),
    ("compare", "format", "text, html (une page qui se suffit), csv (une ligne par cause) ou json"),
    ("compare", "out", "Fichier où écrire au lieu de la sortie standard"),
    ("publish", "", "Publie les relevés d'un calcul dans un registre, ou corrige ce qui est publié"),
    ("publish", "run", "Dossier d'un calcul (run)"),
    ("publish", "ledger", "Dossier du registre ; il est créé s'il n'existe pas"),
    ("publish", "reason", "Pourquoi ; nécessaire quand un montant publié ou une échéance change"),
    ("publish", "subject", "Ne publie que ces sujets"),
    ("publish", "restore", "Revient à un calcul qu'un autre a remplacé"),
    ("publish", "today", TODAY),
    ("pay", "", "Marque comme payé ce qui est dû dans un registre, une seule fois"),
    ("pay", "ledger", "Dossier du registre"),
    ("pay", "due", "Paie ce qui est dû jusqu'à ce jour inclus"),
    ("pay", "out", "Fichier CSV des paiements, chacun avec sa clé"),
    ("pay", "today", TODAY),
    ("ledger", "", "Vérifie, montre, exporte ou ajuste un registre"),
    ("ledger verify", "", "Vérifie chaque écriture : chaîne, sommes, sens"),
    ("ledger verify", "ledger", "Dossier du registre"),
    (
        "ledger verify",
        "contains",
        "Empreinte d'une écriture qui doit s'y trouver, notée lors d'une vérification précédente",
    ),
    ("ledger balance", "", "Montre ce qui est accordé, payé et encore dû"),
    ("ledger balance", "ledger", "Dossier du registre"),
    ("ledger balance", "at", "Tel qu'il était à la fin de ce jour (par défaut : maintenant)"),
    ("ledger balance", "format", "text, csv (une ligne par sujet), json, ou html (une page qui se suffit)"),
    ("ledger balance", "out", "Fichier où écrire au lieu de la sortie standard"),
    ("ledger export", "", "Écrit le registre pour les comptables et leurs outils"),
    ("ledger export", "ledger", "Dossier du registre"),
    ("ledger export", "format", "beancount (un fichier) ou csv (un dossier de tables)"),
    ("ledger export", "out", "Fichier, ou dossier pour csv"),
    ("ledger adjust", "", "Accorde ou reprend un montant hors contrat"),
    ("ledger adjust", "ledger", "Dossier du registre"),
    ("ledger adjust", "subject", "Identifiant de qui reçoit, ou rend"),
    ("ledger adjust", "amount", "Combien ; négatif pour reprendre"),
    ("ledger adjust", "author", "Qui a décidé"),
    ("ledger adjust", "reason", "Pourquoi"),
    ("ledger adjust", "due", "Quand c'est dû"),
    (
        "ledger adjust",
        "reference",
        "Comment il s'appelle : demandé deux fois, il est fait une fois (par défaut : l'échéance)",
    ),
    ("ledger adjust", "instrument", "Le contrat, quand le sujet a des relevés de plusieurs"),
    ("ledger adjust", "period", "Un jour de la période, quand le sujet a des relevés de plusieurs"),
    ("ledger adjust", "today", TODAY),
    ("synth", "", "Écrit un territoire synthétique au format du SNDS, dont la vérité est connue"),
    ("synth", "patients", "Combien de patients"),
    ("synth", "teams", "Combien d'équipes"),
    ("synth", "years", "Les années, par exemple 2018-2022"),
    ("synth", "seed", "D'où vient tout le hasard : la même graine écrit les mêmes octets"),
    ("synth", "dirt", "Plante des défauts, et les liste dans la vérité"),
    ("synth", "csv", "Écrit du CSV à côté de Parquet"),
    ("synth", "out", "Dossier à écrire"),
    ("synth", "force", "Remplace un territoire qui existe"),
    (
        "gate",
        "",
        "Regarde les données avant l'argent : compte ce qui cloche, le corrige par des règles déclarées, ou le refuse",
    ),
    ("gate", "folder", CLAIMS),
    ("gate", "mapping", MAPPING),
    (
        "gate",
        "years",
        "Années qui devraient être entières, par exemple 2018-2022 ; les mois sans ligne sont alors cherchés",
    ),
    ("gate", "out", "Dossier où écrire les tables canoniques, telles que les règles les laissent"),
    ("gate", "format", "text, ou json pour les programmes"),
    ("attribute", "", "Dit de qui relève chaque patient à une date"),
    ("attribute", "folder", CLAIMS),
    ("attribute", "mapping", MAPPING),
    ("attribute", "at", "Le jour, par exemple 2020-12-31"),
    (
        "attribute",
        "method",
        "Comment le professionnel est trouvé ; qui n'est pas trouvé par une méthode l'est par la suivante",
    ),
    ("attribute", "months", "Mois avant ce jour dans lesquels les contacts comptent"),
    ("attribute", "profession", "Professions dont les contacts comptent"),
    ("attribute", "team_kind", "Formes d'équipe qui peuvent avoir des patients (par défaut : toutes)"),
    ("attribute", "out", "Fichier Parquet où écrire les listes ; le classement est écrit à côté"),
    ("measure", "", "Calcule les indicateurs de qualité d'une année"),
    ("measure", "folder", CLAIMS),
    ("measure", "mapping", MAPPING),
    ("measure", "lists", "Listes de patients, telles qu'attribute les écrit"),
    ("measure", "year", "L'année"),
    ("measure", "measure", "Mesures à calculer (par défaut : toutes celles que les tables permettent)"),
    ("measure", "partial", "Continue quand des mois manquent, et dit les résultats partiels"),
    ("measure", "out", "Fichier Parquet où écrire les chiffres ; les lignes sont écrites à côté"),
    ("expect", "", "Dit ce que coûtent ailleurs des patients semblables, et où en sont les équipes"),
    ("expect", "folder", CLAIMS),
    ("expect", "mapping", MAPPING),
    ("expect", "year", "L'année dont la dépense est attendue"),
    ("expect", "model", "Nom d'un modèle qui vient avec Quotepart, ou fichier d'un autre"),
    ("expect", "lists", "Listes de patients, telles qu'attribute les écrit"),
    ("expect", "partial", "Continue quand des mois manquent, et dit les résultats partiels"),
    (
        "expect",
        "out",
        "Fichier Parquet où écrire les équipes ; le barème publié et les vérifications sont écrits à côté",
    ),
    ("run", "", "Va des données de soins aux montants expliqués"),
    (
        "run",
        "rulebook",
        "Nom d'un contrat qui dit comment ses faits se tirent de données de soins, ou chemin de son dossier",
    ),
    ("run", "year", "L'année de soins"),
    ("run", "data", CLAIMS),
    ("run", "mapping", MAPPING),
    (
        "run",
        "change",
        "Fichiers de changements, .toml, posés dans cet ordre sur le contrat et les faits : une simulation",
    ),
    (
        "run",
        "previous",
        "Dossier du calcul de l'année précédente, quand le contrat demande ce qui fut payé alors",
    ),
    ("run", "out", "Dossier du calcul ; celui qui s'est arrêté reprend où il était"),
    ("run", "official", "Refuse qui repose sur une valeur que personne n'atteste"),
    ("run", "exclude", "Sujets à laisser de côté"),
    ("run", "partial", "Continue quand des mois manquent, et dit les résultats partiels"),
    ("run", "force", "Remplace un calcul qui existe"),
    ("demo", "", "Montre ce que fait Quotepart, sur des exemples"),
    ("demo", "out", "Dossier pour des pages à ouvrir dans un navigateur"),
];

/// What follows the help of each command, in French and in English.
const AFTER: &[(&str, &str, &str)] = &[
    (
        "",
        "Codes de sortie :\n  0  fait\n  1  défaut dans un contrat\n  2  usage\n  3  des sujets refusés, les autres écrits\n  \
         4  tous refusés\n  5  tous refusés par le mode officiel\n  70 défaut de Quotepart",
        "Exit codes:\n  0  done\n  1  something is wrong in a rulebook\n  2  usage\n  3  some subjects refused, the others written\n  \
         4  all refused\n  5  all refused by official mode\n  70 a bug of ours",
    ),
    (
        "settle",
        "Avec --out resultats.csv : une ligne par sujet réglé, et resultats.refused.csv pour les refus.\n\
         Avec --out dossier : un calcul, qu'`explain` explique et que `publish` publie ; il n'est jamais remplacé sans --force.\n\
         Le même calcul relancé n'écrit rien et finit avec le même code.",
        "With --out results.csv: one row for each settled subject, and results.refused.csv for refusals.\n\
         With --out folder: a run, which `explain` explains and `publish` publishes; it is never replaced without --force.\n\
         The same run asked again writes nothing and ends with the same code.",
    ),
    (
        "whatif",
        "Un changement : [facts.NOM] add = 500, ou [parameters.NOM] value = \"8\".\n\
         Une grille : [grid] parameters.NOM = { from = \"6\", to = \"8\", step = \"0.1\" }.\n\
         Avec --out effets.csv, les refus sont dans effets.refused.csv.",
        "A change: [facts.NAME] add = 500, or [parameters.NAME] value = \"8\".\n\
         A grid: [grid] parameters.NAME = { from = \"6\", to = \"8\", step = \"0.1\" }.\n\
         With --out effects.csv, refusals are in effects.refused.csv.",
    ),
    (
        "publish",
        "Un montant publié n'est jamais écrasé : un calcul plus récent inscrit la différence, avec son motif.\n\
         Le même calcul publié deux fois ne s'inscrit qu'une fois ; interrompue, la commande se relance telle quelle.",
        "A published amount is never overwritten: a newer run posts the difference, with its reason.\n\
         The same run published twice is posted once; after an interruption the same command is simply run again.",
    ),
    (
        "pay",
        "Chaque part n'est payée qu'une fois ; corrections et reprises sont payées avec le reste.",
        "Each part is paid once; corrections and recoveries are paid with the rest.",
    ),
];

/// Returns the command line's definition in a language.
pub(crate) fn command(language: Language) -> Command {
    in_words(Cli::command(), "", language)
}

/// Puts words on a command and on those below it.
fn in_words(mut command: Command, name: &str, language: Language) -> Command {
    let inner: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for last in inner {
        let whole = format!("{name} {last}").trim_start().to_owned();
        command = command.mut_subcommand(&last, |inner| in_words(inner, &whole, language));
    }
    if let Some((_, fr, en)) = AFTER.iter().find(|(known, _, _)| *known == name) {
        command = command.after_help(match language {
            Language::French => *fr,
            Language::English => *en,
        });
    }
    if language == Language::English {
        return command;
    }
    for (_, flag, words) in FRENCH.iter().filter(|(known, _, _)| *known == name) {
        command = match *flag {
            "" => command.about(*words),
            flag => command.mut_arg(flag, |arg| arg.help(*words)),
        };
    }
    command
        .subcommand_help_heading("Commandes")
        .subcommand_value_name("COMMANDE")
        .help_template("{about-with-newline}\nUtilisation : {usage}\n\n{all-args}{after-help}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns every flag of a command and of those below it.
    fn flags(command: &Command, name: &str) -> Vec<(String, String)> {
        let mut found = vec![(name.to_owned(), String::new())];
        found.extend(command.get_arguments().map(|arg| (name.to_owned(), arg.get_id().to_string())));
        for inner in command.get_subcommands() {
            found.extend(flags(inner, format!("{name} {}", inner.get_name()).trim_start()));
        }
        found
    }

    #[test]
    fn every_flag_has_french_words_and_no_other() {
        let mut flags = flags(&Cli::command(), "");
        let mut french: Vec<(String, String)> =
            FRENCH.iter().map(|(name, flag, _)| ((*name).to_owned(), (*flag).to_owned())).collect();
        // A build without claims keeps the words of the commands that it lacks.
        if !cfg!(feature = "claims") {
            french.retain(|(name, _)| flags.iter().any(|(known, _)| known == name));
        }
        flags.sort();
        french.sort();
        assert_eq!(flags, french);
    }

    #[test]
    fn the_definition_holds() {
        command(Language::French).debug_assert();
        command(Language::English).debug_assert();
    }
}
