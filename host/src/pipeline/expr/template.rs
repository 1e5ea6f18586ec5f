//! Cutting a text into literal parts, expressions and references.

/// One part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'t> {
    /// Text as it is.
    Literal(String),
    /// What stands between `{{ }}` or `${ }`.
    Expression(&'t str),
    /// `${provider:rest}`; `${NAME}` in capitals is `env:NAME`.
    Reference { provider: &'t str, rest: &'t str },
    /// What stands between `{% %}`.
    Block(&'t str),
}

/// An opening whose closing never comes: `{{`, `${` or `{%`.
#[derive(Debug, PartialEq, Eq)]
pub struct Unterminated(pub &'static str);

/// The parts of a text, in order, without empty ones. `$${` stands for `${`.
pub fn split(text: &str) -> Result<Vec<Part<'_>>, Unterminated> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, opening)) = next_opening(rest) {
        literal.push_str(before);
        rest = &rest[before.len() + opening.len()..];
        if opening == "$${" {
            literal.push_str("${");
            continue;
        }
        let (part, after) = part(opening, rest)?;
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(part);
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

fn next_opening(text: &str) -> Option<(&str, &'static str)> {
    const OPENINGS: [&str; 4] = ["$${", "${", "{{", "{%"];
    text.match_indices(['$', '{']).find_map(|(at, _)| {
        let opening = OPENINGS.into_iter().find(|opening| text[at..].starts_with(opening))?;
        Some((&text[..at], opening))
    })
}

fn part<'t>(opening: &'static str, rest: &'t str) -> Result<(Part<'t>, &'t str), Unterminated> {
    let cut = |end: Option<usize>, closing: &str| {
        let end = end.ok_or(Unterminated(opening))?;
        Ok((&rest[..end], &rest[end + closing.len()..]))
    };
    if opening == "{%" {
        let (inner, after) = cut(rest.find("%}"), "%}")?;
        if !is_tag(inner, "raw") {
            return Ok((Part::Block(inner), after));
        }
        let (content, after) = raw(after).ok_or(Unterminated(opening))?;
        return Ok((Part::Literal(content.to_owned()), after));
    }
    if opening == "{{" {
        let (inner, after) = cut(closing(rest, "}}", true), "}}")?;
        return Ok((Part::Expression(inner), after));
    }
    let Some(provider) = provider(rest) else {
        let (inner, after) = cut(closing(rest, "}", true), "}")?;
        return Ok((expression_or_variable(inner), after));
    };
    let (inner, after) = cut(closing(rest, "}", false), "}")?;
    Ok((Part::Reference { provider, rest: &inner[provider.len() + 1..] }, after))
}

/// Whether a tag is this word, the marks for the space around it aside.
fn is_tag(inner: &str, word: &str) -> bool {
    inner.trim_matches(['-', '+']).trim() == word
}

/// What stands before `{% endraw %}` and what behind it.
fn raw(text: &str) -> Option<(&str, &str)> {
    text.match_indices("{%").find_map(|(at, _)| {
        let (inner, after) = text[at + 2..].split_once("%}")?;
        is_tag(inner, "endraw").then_some((&text[..at], after))
    })
}

/// The name before the colon in `name:…`.
fn provider(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(':')?;
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let goes_on = chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    (starts && goes_on).then_some(name)
}

fn expression_or_variable(inner: &str) -> Part<'_> {
    let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if inner.starts_with(|c: char| c.is_ascii_uppercase()) && inner.chars().all(upper) {
        return Part::Reference { provider: "env", rest: inner };
    }
    Part::Expression(inner)
}

/// Where `closing` stands outside inner braces and, if `quotes` count, outside texts.
fn closing(text: &str, closing: &str, quotes: bool) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote: Option<char> = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if quotes => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if text[at..].starts_with(closing) => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Part<'_> {
        Part::Literal(text.to_owned())
    }

    fn reference<'t>(provider: &'t str, rest: &'t str) -> Part<'t> {
        Part::Reference { provider, rest }
    }

    #[test]
    fn texts_are_cut_where_templates_start_and_end() {
        let cases: Vec<(&str, Vec<Part<'_>>)> = vec![
            ("", vec![]),
            ("a { b } $ c", vec![literal("a { b } $ c")]),
            ("{{ a }}", vec![Part::Expression(" a ")]),
            ("x {{a}}${ b }", vec![literal("x "), Part::Expression("a"), Part::Expression(" b ")]),
            ("$${a} {{ '}}' }}", vec![literal("${a} "), Part::Expression(" '}}' ")]),
            ("{{ {'a': {'b': 1}} }}", vec![Part::Expression(" {'a': {'b': 1}} ")]),
            ("${ a ? {'x': 1} : 'it}' }", vec![Part::Expression(" a ? {'x': 1} : 'it}' ")]),
            ("${env:A:it's}!", vec![reference("env", "A:it's"), literal("!")]),
            ("${env:A:{\"k\":1}}", vec![reference("env", "A:{\"k\":1}")]),
            ("${HOME_2}", vec![reference("env", "HOME_2")]),
            ("${vault:a/b}", vec![reference("vault", "a/b")]),
            ("{% raw %}{{ a }}{%- endraw -%}", vec![literal("{{ a }}")]),
            (
                "{% if a %}é{% endif %}",
                vec![Part::Block(" if a "), literal("é"), Part::Block(" endif ")],
            ),
        ];
        for (text, parts) in cases {
            assert_eq!(split(text), Ok(parts), "{text}");
        }
    }

    #[test]
    fn an_opening_without_its_end_is_refused() {
        let cases = [
            ("a {{ b }", "{{"),
            ("${ b", "${"),
            ("${env:A", "${"),
            ("{% if", "{%"),
            ("{% raw %}{{ a }}{% end %}", "{%"),
            ("{{ 'a }}", "{{"),
        ];
        for (text, opening) in cases {
            assert_eq!(split(text), Err(Unterminated(opening)), "{text}");
        }
    }
}
