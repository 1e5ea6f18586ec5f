//! What is written where, without compiling any of it.

use super::*;
use std::fs;

const WORKSPACE: &str = "[workspace]\nmembers = [\n    \"plugs/*/*/*/src/..\",\n]\n";

fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), WORKSPACE).unwrap();
    fs::write(folder.path().join("Cargo.lock"), "# locked\n").unwrap();
    fs::create_dir(folder.path().join("plugin-api")).unwrap();
    let api = "[package]\nname = \"plugin-api\"\n";
    fs::write(folder.path().join("plugin-api/Cargo.toml"), api).unwrap();
    folder
}

fn wish(kind: Kind, name: &str, out: &Path) -> Wish {
    Wish { kind, name: name.to_owned(), category: None, out: Some(out.to_owned()), api: None }
}

fn cargo_toml(created: &Created) -> String {
    fs::read_to_string(created.folder.join("Cargo.toml")).unwrap()
}

#[test]
fn every_kind_is_written_without_a_gap() {
    let checkout = checkout();
    for kind in Kind::EVERY {
        let out = checkout.path().join(format!("{kind:?}"));
        let created = create(&wish(kind, "first", &out)).unwrap();
        for file in &created.files {
            let text = fs::read_to_string(out.join(file)).unwrap();
            assert!(!text.is_empty() && !text.contains('@'), "{kind:?} {file}: {text}");
        }
        let own = ["plug.yaml", "Cargo.toml", "src/lib.rs", "README.md", "pipeline.yaml"];
        assert!(own.iter().all(|file| created.files.contains(file)), "{kind:?}");
        let errors = created.files.iter().filter(|file| file.ends_with("expected.err"));
        let answers = created.files.iter().filter(|file| file.ends_with("expected.json"));
        assert_eq!((errors.count(), answers.count()), (1, 1), "{kind:?}");
    }
}

#[test]
fn a_crate_outside_a_tree_stands_alone_with_the_versions_of_the_checkout() {
    let checkout = checkout();
    let created =
        create(&wish(Kind::Sink, "ledger", &checkout.path().join("mine/ledger"))).unwrap();
    let text = cargo_toml(&created);
    assert!(text.contains("plugin-api = { path = \"../../plugin-api\" }\nserde = {"), "{text}");
    assert!(text.ends_with("\n[workspace]\n"), "{text}");
    let lock = fs::read_to_string(created.folder.join("Cargo.lock")).unwrap();
    assert_eq!(lock, "# locked\n");
}

#[test]
fn a_crate_outside_every_checkout_names_its_api_by_the_whole_path() {
    let (checkout, elsewhere) = (checkout(), tempfile::tempdir().unwrap());
    for api in [checkout.path().to_owned(), checkout.path().join("plugin-api")] {
        let out = elsewhere.path().join(api.file_name().unwrap());
        let wish = Wish { api: Some(api), ..wish(Kind::Source, "well", &out) };
        let text = cargo_toml(&create(&wish).unwrap());
        let path = checkout.path().canonicalize().unwrap().join("plugin-api");
        let expected = format!("plugin-api = {{ path = \"{}\" }}\n", path.display());
        assert!(text.contains(&expected), "{text}");
    }
    let nowhere = Wish {
        api: Some(elsewhere.path().join("nothing")),
        ..wish(Kind::Source, "well", &elsewhere.path().join("other"))
    };
    assert!(matches!(create(&nowhere), Err(Refused::NoApi(_))));
}

#[test]
fn a_member_leaves_versions_to_its_workspace() {
    let checkout = checkout();
    let out = checkout.path().join("plugs/mine/shout_serializer/0.1.0");
    let created = create(&wish(Kind::Serializer, "shout", &out)).unwrap();
    let text = cargo_toml(&created);
    assert!(text.contains("\nplugin-api.workspace = true\n"), "{text}");
    assert!(!text.contains("[workspace]"), "{text}");
    assert!(!created.files.contains(&"Cargo.lock"));
    let manifest = fs::read_to_string(out.join("plug.yaml")).unwrap();
    assert!(manifest.contains("category: mine\nroles: [process, transform]\n"), "{manifest}");
}

#[test]
fn a_folder_of_a_tree_has_to_say_what_the_plug_says() {
    let checkout = checkout();
    for folder in ["plugs/sinks/other/0.1.0", "plugs/sinks/ledger/1.0.0"] {
        let refused = create(&wish(Kind::Sink, "ledger", &checkout.path().join(folder)));
        let Err(Refused::Misplaced { expected, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(expected, checkout.path().join("plugs/sinks/ledger/0.1.0"));
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (full, file) = (folder.path().join("full"), folder.path().join("file"));
    fs::create_dir(&full).unwrap();
    fs::write(full.join("mine"), "kept").unwrap();
    fs::write(&file, "kept").unwrap();
    for occupied in [&full, &file, &file.join("below")] {
        let refused = create(&wish(Kind::Plugin, "first", occupied));
        assert!(matches!(&refused, Err(Refused::Occupied(_) | Refused::Write(..))), "{refused:?}");
    }
    assert_eq!(fs::read_to_string(full.join("mine")).unwrap(), "kept");
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    assert_eq!(fs::read_dir(&full).unwrap().count(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn commands_name_what_they_need_and_nothing_else() {
    let (checkout, elsewhere) = (checkout(), tempfile::tempdir().unwrap());
    let root = checkout.path().canonicalize().unwrap();
    let member =
        create(&wish(Kind::Sink, "ledger", &root.join("plugs/sinks/ledger/0.1.0"))).unwrap();
    let api = Some(root.clone());
    let alone = elsewhere.path().join("my shout");
    let alone = Wish { api: api.clone(), ..wish(Kind::Serializer, "shout", &alone) };
    let alone = create(&alone).unwrap();
    let source = elsewhere.path().join("well");
    let source = create(&Wish { api, ..wish(Kind::Source, "well", &source) }).unwrap();
    let trees = |trees: &[PathBuf]| Commands {
        program: "plugpipe".to_owned(),
        trees: trees.to_vec(),
        given: Vec::new(),
    };
    let (plugs, at) =
        (root.join("plugs"), |created: &Created| created.folder.display().to_string());
    let (tree, ledger, shout, well) = (plugs.display(), at(&member), at(&alone), at(&source));
    let cases = [
        (
            member.commands(&trees(std::slice::from_ref(&plugs))),
            vec![
                format!("plugpipe test {ledger}"),
                "plugpipe build stdin_source".to_owned(),
                format!("plugpipe run {ledger}/pipeline.yaml < {ledger}/input.ndjson"),
            ],
        ),
        (
            alone.commands(&trees(&[])),
            vec![
                format!("plugpipe test '{shout}'"),
                format!(
                    "plugpipe run '{shout}/pipeline.yaml' --plug '{shout}' --input '@{shout}/input.json'"
                ),
            ],
        ),
        (
            source.commands(&trees(&[])),
            vec![
                format!("plugpipe test {well}"),
                format!("plugpipe build stdout_sink --plugs {tree}"),
                format!("plugpipe run {well}/pipeline.yaml --plugs {tree} --plug {well}"),
            ],
        ),
    ];
    for (commands, expected) in cases {
        assert_eq!(commands, expected);
    }
}
