//! The names that a library gives to the process.

use super::damaged;
use super::parsed::Parsed;
use crate::catalog::Reason;
use object::elf::{SHN_UNDEF, STB_LOCAL, STV_HIDDEN, STV_INTERNAL};
use object::read::elf::Sym as _;
use object::{LittleEndian, ReadRef};
use plugin_abi::root::ROOT_SYMBOL;

/// As many stray names are shown.
const SHOWN: usize = 5;

/// The plugin's own symbol must be there.
pub(super) fn check_root<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
) -> Result<(), Reason> {
    let exported = exported(parsed)?;
    let is_there = exported.iter().any(|name| name == ROOT_SYMBOL);
    if is_there { Ok(()) } else { Err(Reason::NoSymbol(ROOT_SYMBOL)) }
}

/// Nothing else may be: a library that exports `open` has other libraries call its own.
pub(super) fn check_others<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
) -> Result<(), Reason> {
    let others: Vec<String> = exported(parsed)?.into_iter().filter(|name| !is_root(name)).collect();
    if others.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = others.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = match others.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(Reason::StrayExports(format!("{}{more}", shown.join(", "))))
}

/// The root of whichever major of the surface: a library may serve several.
fn is_root(name: &str) -> bool {
    let series = ROOT_SYMBOL.trim_end_matches(|c: char| c.is_ascii_digit());
    let major = name.strip_prefix(series);
    major.is_some_and(|major| !major.is_empty() && major.bytes().all(|c| c.is_ascii_digit()))
}

/// Every name that other libraries could bind to.
fn exported<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>) -> Result<Vec<String>, Reason> {
    let symbols = parsed.symbols.iter().filter(|symbol| {
        symbol.st_shndx(LittleEndian) != SHN_UNDEF
            && symbol.st_bind() != STB_LOCAL
            && ![STV_HIDDEN, STV_INTERNAL].contains(&symbol.st_visibility())
    });
    let names = symbols.map(|symbol| {
        let name = symbol.name(LittleEndian, parsed.symbols.strings()).map_err(damaged)?;
        Ok(String::from_utf8_lossy(name).into_owned())
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_another_major_is_no_stray_name() {
        for (name, is) in [
            (ROOT_SYMBOL, true),
            ("plugpipe_plugin_root_12", true),
            ("plugpipe_plugin_root_", false),
            ("plugpipe_plugin_root_1x", false),
            ("open", false),
        ] {
            assert_eq!(is_root(name), is, "{name}");
        }
    }
}
