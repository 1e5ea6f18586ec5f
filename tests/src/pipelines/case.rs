//! One folder: what is run, and what is expected of it.

use std::fs;
use std::path::{Path, PathBuf};

use plugin_api::testing::exact_json::Exact;

use super::compare::{differences, fits};
use crate::host::{Host, Output};

/// What may lie in a folder.
const KNOWN: [&str; 8] = [
    "pipeline.yaml",
    "input.json",
    "arguments",
    "env",
    "files",
    "expected.json",
    "expected.err",
    "never",
];

type Outcome<T> = std::result::Result<T, String>;

/// A pipeline, how it is run, and what has to come of it.
pub struct Case {
    /// The folder's name.
    pub name: String,
    folder: PathBuf,
    has_input: bool,
    /// Further command line, an argument a line.
    arguments: Vec<String>,
    /// Variables of the environment.
    variables: Vec<(String, String)>,
    /// The answer.
    answer: Option<Exact>,
    /// Texts on stderr.
    said: Vec<String>,
    /// Texts that are nowhere.
    never: Vec<String>,
}

impl Case {
    /// Every folder below `folder`, by name.
    ///
    /// # Errors
    /// A folder that is no case, or that there is none at all.
    pub fn read_all(folder: &Path) -> Outcome<Vec<Self>> {
        let mut folders: Vec<PathBuf> =
            entries(folder)?.into_iter().filter(|path| path.is_dir()).collect();
        folders.sort();
        if folders.is_empty() {
            return Err(format!("{}: no case in it", folder.display()));
        }
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    fn read(folder: &Path) -> Outcome<Self> {
        let name = name_of(folder);
        for entry in entries(folder)? {
            if !KNOWN.contains(&name_of(&entry).as_str()) {
                return Err(format!("{}: no case has such a file", entry.display()));
            }
        }
        if !folder.join("pipeline.yaml").exists() {
            return Err(format!("{name}: no pipeline.yaml"));
        }
        let answer = folder.join("expected.json");
        let exact = |text: String| Exact::parse(&text).map_err(|error| format!("{name}: {error}"));
        let case = Self {
            answer: answer.exists().then(|| text_of(&answer).and_then(exact)).transpose()?,
            has_input: folder.join("input.json").exists(),
            arguments: lines(&folder.join("arguments"))?,
            variables: variables(&folder.join("env"))?,
            said: lines(&folder.join("expected.err"))?,
            never: lines(&folder.join("never"))?,
            folder: folder.to_owned(),
            name,
        };
        if case.answer.is_none() && case.said.is_empty() {
            return Err(format!("{}: neither expected.json nor expected.err", case.name));
        }
        Ok(case)
    }

    /// Runs it in its own folder.
    ///
    /// # Errors
    /// What is not as expected, and everything the command said.
    pub fn run(&self, host: &Host) -> Outcome<()> {
        let mut arguments = vec!["run".to_owned(), "pipeline.yaml".to_owned()];
        for tree in [host.tree(), host.fixtures()] {
            arguments.extend(["--plugs".to_owned(), tree.display().to_string()]);
        }
        if self.has_input {
            arguments.extend(["--input", "@input.json"].map(str::to_owned));
        }
        arguments.extend(self.arguments.iter().cloned());
        let mut run = host.run(arguments).in_folder(&self.folder);
        for (name, value) in &self.variables {
            run = run.env(name, value);
        }
        let output = run.output();
        let problems = self.problems(&output);
        match problems.is_empty() {
            true => Ok(()),
            false => Err(format!("{}\n{output}", problems.join("\n"))),
        }
    }

    fn problems(&self, output: &Output) -> Vec<String> {
        let code = self.code();
        if output.code != Some(code) {
            return vec![format!("exit code {code} was expected")];
        }
        let mut problems = Vec::new();
        if let Some(expected) = &self.answer {
            match Exact::parse(&output.stdout) {
                Ok(answer) => problems.extend(differences(expected, &answer)),
                Err(error) => problems.push(format!("stdout is not one JSON document: {error}")),
            }
        }
        let all = format!("{}\n{}", output.stdout, output.stderr);
        let unsaid = |line: &&String| !all.lines().any(|said| fits(&format!("…{line}…"), said));
        problems.extend(self.said.iter().filter(unsaid).map(|line| format!("not said: {line}")));
        let leaked = self.never.iter().filter(|text| all.contains(text.as_str()));
        problems.extend(leaked.map(|text| format!("must never be said: {text}")));
        problems
    }

    /// Refused before it began, or as its answer says.
    fn code(&self) -> i32 {
        let Some(Exact::Object(answer)) = &self.answer else { return 2 };
        i32::from(answer.get("success") != Some(&Exact::Bool(true)))
    }
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    entries.map(|entry| Ok(entry.map_err(unreadable)?.path())).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn text_of(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The lines of a file that are not empty; none where there is no file.
fn lines(file: &Path) -> Outcome<Vec<String>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = text_of(file)?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn variables(file: &Path) -> Outcome<Vec<(String, String)>> {
    let pair = |line: String| {
        let pair = line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        pair.ok_or_else(|| format!("{}: {line:?} is not NAME=value", file.display()))
    };
    lines(file)?.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each folder's files, and what is said of it.
    const REFUSED: [(&[&str], &str); 4] = [
        (&["pipeline.yaml", "expected.json", "expected.txt"], "no case has such a file"),
        (&["pipeline.yaml"], "neither expected.json nor expected.err"),
        (&["expected.json"], "no pipeline.yaml"),
        (&["pipeline.yaml", "expected.json", "env"], "is not NAME=value"),
    ];

    #[test]
    fn a_folder_that_is_no_case_is_refused() {
        for (files, says) in REFUSED {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("case")).unwrap();
            for file in files {
                fs::write(folder.path().join("case").join(file), "{}").unwrap();
            }
            let refused = Case::read_all(folder.path()).err().unwrap();
            assert!(refused.contains(says), "{refused}");
        }
    }

    #[test]
    fn no_folder_at_all_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Case::read_all(folder.path()).err().unwrap().ends_with(": no case in it"));
    }
}
