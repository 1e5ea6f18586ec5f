//! The list of commands in `plugpipe --help`, by what they are for.

use clap::Command;

/// What commands are for, and the commands in the order in which somebody needs them.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Pipelines", &["run", "check", "plan", "graph", "schema", "explain"]),
    ("Plugins", &["list", "search", "show", "doc", "install", "remove", "lock"]),
    ("Writing plugins", &["new", "build", "test", "bench"]),
    ("Service and shell", &["serve", "completions"]),
];

/// The same command with its subcommands listed in groups. One that belongs to none stands last.
pub(super) fn grouped(command: Command) -> Command {
    let mut lines = Vec::new();
    let is_grouped = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    for (heading, names) in GROUPS {
        lines.push(format!("{heading}:"));
        let known = names.iter().filter_map(|name| command.find_subcommand(name));
        lines.extend(known.filter(|one| !one.is_hide_set()).map(line));
        lines.push(String::new());
    }
    let others = command.get_subcommands();
    let others: Vec<String> =
        others.filter(|one| !one.is_hide_set() && !is_grouped(one.get_name())).map(line).collect();
    if !others.is_empty() {
        lines.push("Others:".to_owned());
        lines.extend(others);
        lines.push(String::new());
    }
    let commands = lines.join("\n");
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{commands}\nOptions:\n{{options}}\n\n{{after-help}}\n"
    ))
}

fn line(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    format!("  {:<12}{}", command.get_name(), about.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::super::Arguments;
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn every_command_is_listed_once_and_in_a_group() {
        let mut command = grouped(Arguments::command());
        let help = command.render_help().to_string();
        let shown = Arguments::command();
        for one in shown.get_subcommands().filter(|one| !one.is_hide_set()) {
            let start = format!("\n  {:<12}", one.get_name());
            assert_eq!(help.matches(&start).count(), 1, "{}\n{help}", one.get_name());
        }
        assert!(!help.contains("Others:") && !help.contains("probe"), "{help}");
    }

    #[test]
    fn the_help_of_run_fits_on_a_screen() {
        let asked = Arguments::command().try_get_matches_from(["plugpipe", "run", "--help"]);
        let help = asked.unwrap_err().to_string();
        let lines = help.lines().count();
        assert!((20..=45).contains(&lines), "{lines} lines\n{help}");
    }

    #[test]
    fn the_help_of_each_command_has_an_example() {
        let without = ["check", "schema", "explain", "completions"];
        let command = Arguments::command();
        let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
        for one in shown.filter(|one| !without.contains(&one.get_name())) {
            let help = one.clone().render_long_help().to_string();
            let usage = format!("\n  plugpipe {}", one.get_name());
            assert!(help.contains("Example") && help.contains(&usage), "{help}");
        }
    }

    #[test]
    fn no_line_of_the_list_is_too_long_for_a_terminal() {
        let help = grouped(Arguments::command()).render_help().to_string();
        let long: Vec<&str> = help.lines().filter(|line| line.chars().count() > 100).collect();
        assert_eq!(long, Vec::<&str>::new());
    }
}
