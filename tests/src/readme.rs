//! The commands a README shows, and the output it promises.

const PIPED_INTO_CARGO: &str = "| cargo run ";

/// One `$ command` out of a fenced `console` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The line of the README, from 1.
    pub line: usize,
    /// What a reader types, without `$ `; a continued line keeps its backslash and line break.
    pub command: String,
    /// The lines below it, up to the next command or the end of the block; may be empty.
    pub output: String,
}

impl Example {
    /// What `sh` runs. `cargo run [flags] -- arguments`, alone or at the end of a pipe, becomes
    /// `plugpipe arguments`, its arguments untouched; every other command stays as it is.
    pub fn shell_line(&self) -> String {
        let piped = self.command.rfind(PIPED_INTO_CARGO).map_or(0, |at| at + "| ".len());
        let (before, last) = self.command.split_at(piped);
        let built = last.strip_prefix("cargo run ").and_then(|rest| {
            let (flags, arguments) = rest.split_once("-- ")?;
            flags.split_whitespace().all(is_harmless).then_some(arguments)
        });
        let whole = || self.command.clone();
        built.map_or_else(whole, |arguments| format!("{before}plugpipe {arguments}"))
    }

    /// Whether this runs the tests: a test that runs the examples must not run itself.
    pub fn is_test_command(&self) -> bool {
        self.command.starts_with("cargo test")
    }

    /// Whether `actual` is what the README shows; `…` there stands for any text. A command
    /// shown without output promises none.
    pub fn promises(&self, actual: &str) -> bool {
        self.output.is_empty() || matches(self.output.trim(), actual.trim())
    }
}

/// Flags of `cargo run` that change how fast the host runs or what cargo says, not what is run.
fn is_harmless(flag: &str) -> bool {
    matches!(flag, "-q" | "--quiet" | "--release" | "-r" | "--locked")
}

/// Whether `actual` is `pattern`, where each `…` matches any text, also none.
fn matches(pattern: &str, actual: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = actual.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Every command in the `console` blocks of a README, in order.
pub fn examples(readme: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut in_console = false;
    let mut in_other = false;
    let mut continued = false;
    for (index, line) in readme.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let opens = !in_console && !in_other;
            in_console = opens && language.trim() == "console";
            in_other = opens && !in_console;
            continued = false;
        } else if in_console {
            continued = read_line(&mut found, index + 1, line, continued);
        }
    }
    found
}

/// Takes one line of a block; answers whether the next one continues its command.
fn read_line(found: &mut Vec<Example>, number: usize, line: &str, continued: bool) -> bool {
    if let Some(command) = line.trim_start().strip_prefix("$ ") {
        let command = command.trim_end().to_owned();
        found.push(Example { line: number, command, output: String::new() });
        return line.trim_end().ends_with('\\');
    }
    let Some(example) = found.last_mut() else { return false };
    if continued {
        example.command.push('\n');
        example.command.push_str(line.trim_end());
        return line.trim_end().ends_with('\\');
    }
    example.output.push_str(line);
    example.output.push('\n');
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "\
# Title
```console
$ cargo run -q -- run a.yaml --set 'k=a  b'
{\"success\":true,…}
$ cat x \\
    | wc
```
```rust
let price = \"$ 5\";
```
```console
$ cargo test --workspace
```
";

    #[test]
    fn commands_and_their_output_are_found() {
        let found: Vec<_> =
            examples(README).into_iter().map(|e| (e.line, e.command, e.output)).collect();
        let expected = [
            (3, "cargo run -q -- run a.yaml --set 'k=a  b'", "{\"success\":true,…}\n"),
            (5, "cat x \\\n    | wc", ""),
            (12, "cargo test --workspace", ""),
        ];
        assert_eq!(found, expected.map(|(line, c, o)| (line, c.to_owned(), o.to_owned())));
    }

    #[test]
    fn only_a_plain_cargo_run_becomes_the_built_binary() {
        let cases = [
            ("cargo run -- list", "plugpipe list"),
            ("cargo run -q --release -- run 'a  b'", "plugpipe run 'a  b'"),
            ("head a | cargo run -r -- run b", "head a | plugpipe run b"),
            ("head a | cargo run --example x -- b", "head a | cargo run --example x -- b"),
            ("cargo run --example x -- list", "cargo run --example x -- list"),
            ("cargo run", "cargo run"),
            ("plugpipe list -- x", "plugpipe list -- x"),
        ];
        for (command, expected) in cases {
            let example = Example { line: 1, command: command.to_owned(), output: String::new() };
            assert_eq!(example.shell_line(), expected);
        }
    }

    #[test]
    fn an_ellipsis_stands_for_any_text() {
        let cases = [
            ("a", "a", true),
            ("a", "ab", false),
            ("a…c", "abc", true),
            ("a…c", "ac", true),
            ("a…b…c", "axxbyyc", true),
            ("a…b…c", "axxc", false),
            ("…", "", true),
            ("ab…ba", "aba", false),
        ];
        for (pattern, actual, expected) in cases {
            assert_eq!(matches(pattern, actual), expected, "{pattern} {actual}");
        }
    }
}
