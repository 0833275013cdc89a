//! A tokenizer for the HTML of event descriptions: tags with one attribute of interest, text, character references.
//! It builds no tree, runs nothing and trusts nothing.
//!
//! Written here because size counts: html5gum, the well-kept crate for this, adds 165 KB of code and 80 KB of tables
//! to a module whose whole budget is 320 KiB. What is left out (the full table of 2,231 names, the rules for what may
//! nest in what) changes no text that people see.

use std::borrow::Cow;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Text with its character references resolved elsewhere: see [`unescape`].
    Text(&'a str),
    /// `<name …>`; the rest of the tag is kept for [`attribute`].
    Open { name: &'a str, rest: &'a str },
    /// `</name>`
    Close { name: &'a str },
}

/// The tokens of a source; comments, declarations and instructions are left out.
pub(crate) fn tokens(source: &str) -> Tokens<'_> {
    Tokens { source, raw: None }
}

/// See [`tokens`].
pub(crate) struct Tokens<'a> {
    source: &'a str,
    /// Inside this element everything up to its end tag is text (HTML standard, 13.2.5.2 and following).
    raw: Option<&'a str>,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take() {
            let end = end_tag(self.source, name).unwrap_or(self.source.len());
            if end > 0 {
                return Some(Token::Text(self.cut(end)));
            }
        }
        while !self.source.is_empty() {
            let Some(end) = markup(self.source) else {
                let next = self
                    .source
                    .match_indices('<')
                    .map(|(at, _)| at)
                    .find(|at| *at > 0 && markup(after(self.source, *at)).is_some());
                let end = next.unwrap_or(self.source.len());
                return Some(Token::Text(self.cut(end)));
            };
            let tag = self.cut(end);
            let inner = tag.trim_start_matches('<').trim_end_matches('>');
            if let Some(name) = inner.strip_prefix('/') {
                return Some(Token::Close { name: name_of(name) });
            }
            if inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let name = name_of(inner);
                if ["script", "style", "title", "textarea", "xmp", "iframe"]
                    .iter()
                    .any(|raw| name.eq_ignore_ascii_case(raw))
                {
                    self.raw = Some(name);
                }
                return Some(Token::Open { name, rest: after(inner, name.len()) });
            }
        }
        None
    }
}

impl<'a> Tokens<'a> {
    fn cut(&mut self, end: usize) -> &'a str {
        let (piece, rest) = self.source.split_at_checked(end).unwrap_or((self.source, ""));
        self.source = rest;
        piece
    }
}

/// Whether a text holds anything but text and character references.
pub(crate) fn has_markup(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| markup(after(text, at)).is_some())
}

/// Plain text as HTML that reads as that text: only what would be read as something else is escaped.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, character) in text.match_indices(['<', '&']) {
        let tail = after(text, at + 1);
        let (escaped, needed) = match character {
            "<" => ("&lt;", markup(after(text, at)).is_some()),
            _ => ("&amp;", is_reference(tail)),
        };
        if needed {
            out.push_str(text.get(done..at).unwrap_or_default());
            out.push_str(escaped);
            done = at + 1;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(after(text, done));
    Cow::Owned(out)
}

/// Whether a browser could take what follows an ampersand for a character reference. Some names need no semicolon
/// (HTML standard, 13.2.5.73), and there are more names than [`NAMES`] holds.
fn is_reference(tail: &str) -> bool {
    let body = tail.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    tail.starts_with('#')
        || (body.len() < tail.len() && body.starts_with(';'))
        || NAMES.split(' ').filter_map(|entry| entry.split_once('=')).any(|(name, _)| tail.starts_with(name))
}

fn after(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

fn name_of(inner: &str) -> &str {
    inner.split(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').next().unwrap_or_default()
}

/// The length of the tag, comment or declaration that a text begins with; none when it begins with text, as `<3` does.
fn markup(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    if let Some(comment) = inner.strip_prefix("!--") {
        let end = comment.match_indices('-').find(|(at, _)| after(comment, *at).starts_with("-->"));
        return Some(end.map_or(text.len(), |(at, _)| "<!--".len() + at + "-->".len()));
    }
    let name = inner.strip_prefix('/').unwrap_or(inner);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) && !inner.starts_with(['!', '?']) {
        return None;
    }
    let mut quote = None;
    let mut value = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if value => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        value = byte == b'=' || value && byte.is_ascii_whitespace();
    }
    Some(text.len())
}

fn end_tag(text: &str, name: &str) -> Option<usize> {
    text.match_indices('<').map(|(at, _)| at).find(|at| {
        let found = after(text, *at).strip_prefix("</").and_then(|tail| tail.get(..name.len()));
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

/// The value of an attribute of a tag, its character references resolved.
pub(crate) fn attribute(rest: &str, wanted: &str) -> Option<String> {
    let mut rest = rest;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let name_end =
            rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/').unwrap_or(rest.len()).max(1);
        let (name, tail) = rest.split_at_checked(name_end)?;
        let value = match tail.trim_start().strip_prefix('=') {
            None => {
                rest = tail;
                ""
            }
            Some(value) => {
                let value = value.trim_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                let (value, tail) = match quote {
                    Some(quote) => after(value, 1).split_once(quote).unwrap_or((after(value, 1), "")),
                    None => value.split_at_checked(
                        value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len()),
                    )?,
                };
                rest = tail;
                value
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(unescape(value));
        }
    }
}

/// Resolves character references: numbers, and the usual names of HTML 4 (HTML 4.01, 24). What is none stays as it is.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        out.push_str(before);
        rest = tail;
        match reference(tail) {
            Some((c, length)) => {
                out.push(c);
                rest = after(tail, length);
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

/// The character that a reference stands for, and its length after the ampersand.
fn reference(tail: &str) -> Option<(char, usize)> {
    let end = tail.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(tail.len());
    let body = tail.get(..end)?;
    let length = end + usize::from(after(tail, end).starts_with(';'));
    if let Some(number) = body.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let code =
            code.ok().or_else(|| number.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x').then_some(0))?;
        return (!number.is_empty())
            .then(|| (char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}'), length));
    }
    if length == end {
        return None;
    }
    let mut names = NAMES.split(' ').filter_map(|entry| entry.split_once('='));
    names.find(|(name, _)| *name == body)?.1.chars().next().map(|c| (c, length))
}

/// Names and characters: Latin-1, typography and what else is typed; not the Greek and the mathematics.
const NAMES: &str = "AElig=Æ Aacute=Á Acirc=Â Agrave=À Aring=Å Atilde=Ã Auml=Ä Ccedil=Ç Dagger=‡ ETH=Ð Eacute=É Ecirc=Ê \
    Egrave=È Euml=Ë Iacute=Í Icirc=Î Igrave=Ì Iuml=Ï Ntilde=Ñ OElig=Œ Oacute=Ó Ocirc=Ô Ograve=Ò Oslash=Ø \
    Otilde=Õ Ouml=Ö Prime=″ Scaron=Š THORN=Þ Uacute=Ú Ucirc=Û Ugrave=Ù Uuml=Ü Yacute=Ý Yuml=Ÿ aacute=á \
    acirc=â acute=´ aelig=æ agrave=à amp=& apos=' aring=å asymp=≈ atilde=ã auml=ä bdquo=„ brvbar=¦ \
    bull=• ccedil=ç cedil=¸ cent=¢ circ=ˆ copy=© curren=¤ dagger=† darr=↓ deg=° divide=÷ eacute=é \
    ecirc=ê egrave=è emsp=\u{2003} ensp=\u{2002} eth=ð euml=ë euro=€ fnof=ƒ frac12=½ frac14=¼ frac34=¾ \
    ge=≥ gt=> hellip=… iacute=í icirc=î iexcl=¡ igrave=ì infin=∞ iquest=¿ iuml=ï laquo=« larr=← ldquo=“ \
    le=≤ lrm=\u{200e} lsaquo=‹ lsquo=‘ lt=< macr=¯ mdash=— micro=µ middot=· minus=− nbsp=\u{a0} ndash=– \
    ne=≠ not=¬ ntilde=ñ oacute=ó ocirc=ô oelig=œ ograve=ò ordf=ª ordm=º oslash=ø otilde=õ ouml=ö para=¶ \
    permil=‰ plusmn=± pound=£ prime=′ quot=\u{22} raquo=» rarr=→ rdquo=” reg=® rlm=\u{200f} rsaquo=› \
    rsquo=’ sbquo=‚ scaron=š sect=§ shy=\u{ad} sup1=¹ sup2=² sup3=³ szlig=ß thinsp=\u{2009} thorn=þ \
    tilde=˜ times=× trade=™ uacute=ú uarr=↑ ucirc=û ugrave=ù uml=¨ uuml=ü yacute=ý yen=¥ yuml=ÿ \
    zwj=\u{200d} zwnj=\u{200c}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_text_and_what_only_looks_like_tags() {
        let found: Vec<_> = tokens("a <b class=\"x>y\">c</b> 1 < 2 <3 <!-- no --> d<br/>").collect();
        let expected = [
            Token::Text("a "),
            Token::Open { name: "b", rest: " class=\"x>y\"" },
            Token::Text("c"),
            Token::Close { name: "b" },
            Token::Text(" 1 < 2 <3 "),
            Token::Text(" d"),
            Token::Open { name: "br", rest: "/" },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn scripts_are_one_text() {
        let found: Vec<_> = tokens("<SCRIPT>if (a<b) {}</b></Script>x").collect();
        assert_eq!(found.len(), 4);
        assert_eq!(found[1], Token::Text("if (a<b) {}</b>"));
    }

    #[test]
    fn attributes_in_every_quoting() {
        for rest in
            [" href=\"u?a&amp;b\"", " id=x href='u?a&b'", " href=u?a&b target", " / HREF = \"u?a&b\" /"]
        {
            assert_eq!(attribute(rest, "href").as_deref(), Some("u?a&b"), "{rest}");
        }
        assert_eq!(attribute(" hidden data-href=x", "href"), None);
        assert_eq!(attribute("=\"=='", "href"), None);
    }

    #[test]
    fn character_references() {
        let table = [
            ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"),
            ("caf&eacute; &euro;5 &mdash; &hellip;", "café €5 — …"),
            ("&#233;&#xE9;&#x1F600;", "éé😀"),
            ("&nbsp;", "\u{a0}"),
            ("AT&T R&D; a&b &nosuch; & &", "AT&T R&D; a&b &nosuch; & &"),
            ("&#0;&#x110000;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}"),
        ];
        for (source, expected) in table {
            assert_eq!(unescape(source), expected, "{source}");
        }
    }

    /// Nothing that people can type makes it stop, loop or slice inside a character.
    #[test]
    fn any_text_ends() {
        let pieces = [
            "<", ">", "</", "<a ", "\"", "'", "=", "é", "😀", "&", "&#", ";", "<!--", "-->", "<script>",
            "</script", " ",
        ];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    let text = format!("{a}{b}{c}");
                    let count = tokens(&text).count();
                    assert!(count <= text.len() + 1, "{text}");
                    let _ = (attribute(&text, "href"), unescape(&text));
                }
            }
        }
    }
}
