//! The dynamic linker's own words, sorted by what somebody can do about them.

use crate::catalog::Reason;

/// The reason behind what the linker said.
pub(super) fn reason(words: &str) -> Reason {
    let missing = words.split_once(": cannot open shared object file");
    if let Some((library, _)) = missing {
        return Reason::MissingLibrary(library.to_owned());
    }
    if words.contains("static TLS") {
        return Reason::StaticTls;
    }
    match wanted_glibc(words) {
        Some(version) => Reason::NewerGlibc(version.to_owned()),
        None => Reason::Linker(words.to_owned()),
    }
}

/// The version in ``libc.so.6: version `GLIBC_2.99' not found``.
fn wanted_glibc(words: &str) -> Option<&str> {
    let (_, version) = words.split_once("version `GLIBC_")?;
    version.split_once('\'').map(|(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linkers_words_become_reasons() {
        let cases = [
            (
                "libx.so.1: cannot open shared object file: No such file or directory",
                Reason::MissingLibrary("libx.so.1".to_owned()),
            ),
            (
                "/lib/libc.so.6: version `GLIBC_2.99' not found (required by /proc/self/fd/9)",
                Reason::NewerGlibc("2.99".to_owned()),
            ),
            ("/proc/self/fd/9: cannot allocate memory in static TLS block", Reason::StaticTls),
            ("undefined symbol: open_it", Reason::Linker("undefined symbol: open_it".to_owned())),
        ];
        for (words, expected) in cases {
            assert_eq!(reason(words), expected, "{words}");
        }
    }
}
