//! A whole stage over a real file.

use super::*;
use plugin_api::{Buf, RecordMeta};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn batch(values: &[&str]) -> Batch {
    let mut at = 0;
    let metas = values.iter().map(|value| {
        let value_len = u32::try_from(value.len()).unwrap();
        let meta = RecordMeta { value_offset: at, value_len, ..RecordMeta::unkeyed() };
        at += value_len;
        meta
    });
    let metas = metas.collect();
    Batch::new(Buf::from_vec(values.concat().into_bytes()), metas)
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a file is written at once"),
    }
}

fn lane(path: &str, fsync: Fsync) -> FileLane {
    let config = Config { path: path.to_owned(), append: true, fsync };
    let file = Arc::new(Mutex::new(LineFile::open(path, true).unwrap()));
    FileLane { file, config: Arc::new(config), lines: Mutex::default() }
}

#[test]
fn every_record_is_a_line_and_delivered() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    let lane = lane(path.to_str().unwrap(), Fsync::Always);
    for (values, delivered) in [(&["{\"a\":1}", "2"][..], 2), (&["", "three"], 2), (&[], 0)] {
        let report = ready(lane.write(batch(values))).unwrap();
        assert_eq!((report.delivered, report.undelivered().len()), (delivered, 0));
    }
    ready(lane.close(None)).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"a\":1}\n2\n\nthree\n");
}

#[test]
fn errors_name_the_file_and_keep_the_records() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    let lane = lane(path.to_str().unwrap(), Fsync::OnClose);
    let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
    let cases = [
        (Torn::TakenBack(full()), ErrorCode::OTHER, "cannot be written: no storage space"),
        (
            Torn::MayBeThere(full()),
            ErrorCode::UNKNOWN_FATE,
            "was written but may not be on disk: no storage space",
        ),
    ];
    for (torn, code, message) in cases {
        let error = lane.not_written(&torn);
        assert_eq!((error.class, error.code), (ErrorClass::Retriable, code));
        assert_eq!(error.message, format!("`{}` {message}", path.display()));
    }
}

#[test]
fn a_path_is_enough() {
    let config: Config = serde_json::from_str(r#"{"path": "out"}"#).unwrap();
    assert_eq!((config.append, config.fsync), (true, Fsync::OnClose));
    let config: Config = serde_json::from_str(r#"{"path": "out", "fsync": "always"}"#).unwrap();
    assert_eq!(config.fsync, Fsync::Always);
}

#[test]
fn the_host_is_told_what_is_written() {
    let schema = plugin_api::describe::schema_of::<Config>();
    assert_eq!(schema.as_value()["properties"]["path"]["x-plugpipe-writes"], true);
}
