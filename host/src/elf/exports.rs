//! The names that a library gives to the process.

use super::parsed::Parsed;
use super::{damaged, segments};
use crate::catalog::Reason;
use object::elf::{
    PF_R, SHN_ABS, SHN_UNDEF, STB_LOCAL, STT_OBJECT, STV_HIDDEN, STV_INTERNAL, Sym64,
};
use object::read::elf::Sym as _;
use object::{LittleEndian, ReadRef};
use plugin_abi::root::ROOT_SYMBOL;

type Symbol = Sym64<LittleEndian>;

/// As many stray names are shown.
const SHOWN: usize = 5;

/// The plugin's own symbol must be there.
pub(super) fn check_root<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
) -> Result<(), Reason> {
    for symbol in exported(parsed) {
        if name(parsed, symbol)? == ROOT_SYMBOL && is_data(parsed, symbol) {
            return Ok(());
        }
    }
    Err(Reason::NoSymbol(ROOT_SYMBOL))
}

/// Whether the symbol is something that lies in the library and can be read. Of others the linker
/// makes an address up, or runs a function to get one.
fn is_data<'data, R: ReadRef<'data>>(parsed: &Parsed<'data, R>, symbol: &Symbol) -> bool {
    let place = (symbol.st_value(LittleEndian), symbol.st_size(LittleEndian).max(1));
    symbol.st_type() == STT_OBJECT
        && symbol.st_shndx(LittleEndian) != SHN_ABS
        && place.0 != 0
        && segments::allows(parsed, place, PF_R)
}

/// Nothing else may be: a library that exports `open` has other libraries call its own.
pub(super) fn check_others<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
) -> Result<(), Reason> {
    let names: Vec<String> =
        exported(parsed).map(|symbol| name(parsed, symbol)).collect::<Result<_, _>>()?;
    let others: Vec<String> = names.into_iter().filter(|name| !is_root(name)).collect();
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

/// Every symbol that other libraries could bind to.
fn exported<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
) -> impl Iterator<Item = &'data Symbol> {
    parsed.symbols.iter().filter(|symbol| {
        symbol.st_shndx(LittleEndian) != SHN_UNDEF
            && symbol.st_bind() != STB_LOCAL
            && ![STV_HIDDEN, STV_INTERNAL].contains(&symbol.st_visibility())
    })
}

fn name<'data, R: ReadRef<'data>>(
    parsed: &Parsed<'data, R>,
    symbol: &Symbol,
) -> Result<String, Reason> {
    let name = symbol.name(LittleEndian, parsed.symbols.strings()).map_err(damaged)?;
    Ok(String::from_utf8_lossy(name).into_owned())
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
