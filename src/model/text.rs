//! Text in its normal form: HTML made readable (F5), line ends and blanks unified, long text cut. HTML is parsed
//! here and trusted nowhere.

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod properties;

use super::html::{self, Token};
use crate::devices::Device;
pub(crate) use accord_bytes::text::{find, split_once};
use accord_bytes::text::{is_normal, is_one_line};
use std::borrow::Cow;

/// A description as people read it: lists, links and line breaks kept, everything else of the markup gone.
/// Plain text comes out as it went in, but for [`normal`].
pub(crate) fn readable(source: &str) -> String {
    if html::has_markup(source) {
        plain(&strip_markup(source))
    } else if source.contains('&') {
        // Without a tag nothing is laid out as HTML: blanks and empty lines are as they were typed.
        plain(&html::unescape(source))
    } else {
        plain(source)
    }
}

/// Text that is no HTML, in its normal form: `readable(&html_of(x)) == x` for every `x` that comes out of here.
pub(crate) fn plain(text: &str) -> String {
    normal(&without_conference_blocks(text))
}

/// What is written to Google's description, which is read as HTML.
pub(crate) fn html_of(text: &str) -> Cow<'_, str> {
    html::escape(text)
}

/// Google keeps about this many characters of a description (OutlookGoogleCalendarSync cuts there, and so says Nylas'
/// help, article 10571467644957).
const GOOGLE_DESCRIPTION: usize = 8_192;

/// A description as both services can hold it: cut where its HTML would be longer than Google keeps.
pub(crate) fn within_google(text: String) -> String {
    const LONGEST_ESCAPE: usize = "&amp;".len();
    let escaped = text.bytes().filter(|byte| matches!(byte, b'&' | b'<')).count();
    let longest = text.len() + escaped * LONGEST_ESCAPE;
    if longest <= GOOGLE_DESCRIPTION || length(&html_of(&text)) <= GOOGLE_DESCRIPTION {
        return text;
    }
    // An escaped character counts as many: each round cuts in proportion.
    let mut short = cut(text, GOOGLE_DESCRIPTION);
    loop {
        let html = length(&html_of(&short));
        if html <= GOOGLE_DESCRIPTION {
            return short;
        }
        let max = length(&short);
        short = cut(short, (max * GOOGLE_DESCRIPTION / html).min(max - 1));
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Unifies what services rewrite on saving: line ends, no-break spaces, blanks at the end of lines, runs of empty lines,
/// blanks around the whole.
pub(crate) fn normal(text: &str) -> String {
    if is_normal(text) || !Device::NormalForm.on() { text.to_owned() } else { unified(text) }
}

fn unified(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    // Lines end with either of "\n" and "\r", or with both.
    let lines = text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    let mut out = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in lines {
        let line = line.trim_end_matches(is_blank);
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
            if empty_lines > 0 {
                out.push('\n');
            }
        }
        empty_lines = 0;
        out.push_str(line);
    }
    let start = out.len() - out.trim_start_matches(is_blank).len();
    out.drain(..start);
    out
}

/// [`one_line`] of a text that nobody else needs.
pub(crate) fn into_line(text: String) -> String {
    if is_one_line(&text) { text } else { one_line(&text) }
}

/// One line of text: blanks and line breaks become single spaces.
pub(crate) fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let mut words =
        text.split(|c: char| c.is_whitespace() || c == '\u{feff}').filter(|word| !word.is_empty());
    let mut out = String::with_capacity(text.len());
    if let Some(first) = words.next() {
        out.push_str(first);
    }
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}

/// At most `max` characters, the last one an ellipsis when something was cut (F1).
pub(crate) fn cut(text: String, max: usize) -> String {
    if text.len() <= max || text.chars().count() <= max {
        return text;
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// What follows the last one of a character in ASCII. Splitting from the end takes 600 bytes more.
pub(crate) fn after_last(text: &str, separator: char) -> Option<&str> {
    let place = text.bytes().rposition(|byte| char::from(byte) == separator)?;
    text.get(place + 1..)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Google puts the conference of an event between two lines of this pattern, and strips it from what is written
/// (seen in ridafkih/keeper.sh #749). It belongs to `conferenceData`, not to the text.
fn without_conference_blocks(text: &str) -> Cow<'_, str> {
    const FENCE: &str = "-::~:~::~";
    let mut text = Cow::Borrowed(text);
    while let Some((before, rest)) = split_once(&text, FENCE)
        && let Some((_, after)) = split_once(rest, FENCE)
    {
        text = Cow::Owned(format!("{before}{}", after.trim_start_matches([':', '~', '-'])));
    }
    text
}

fn strip_markup(source: &str) -> String {
    let mut page = Page::default();
    for token in html::tokens(source) {
        match token {
            Token::Open { name, rest } => page.open(&name.to_ascii_lowercase(), rest),
            Token::Close { name } => page.close(&name.to_ascii_lowercase()),
            Token::Text(text) => page.text(&html::unescape(text)),
        }
    }
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    /// One entry per open list: the number of the next item, or none for bullets.
    lists: Vec<Option<u32>>,
    /// The open link: where its text starts, and where it leads.
    link: Option<(usize, String)>,
    /// How many elements are open whose content is not for people.
    hidden: usize,
}

impl Page {
    fn open(&mut self, name: &str, rest: &str) {
        match name {
            "br" => self.out.push('\n'),
            "hr" => self.line(),
            "ul" => {
                self.line();
                self.lists.push(None);
            }
            "ol" => {
                self.line();
                self.lists.push(Some(1));
            }
            "li" => self.item(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" => self.paragraph(),
            "div" | "tr" | "section" | "article" | "pre" => self.line(),
            "td" | "th" => self.cell(),
            "a" => self.link = target(rest).map(|href| (self.out.len(), href)),
            "script" | "style" | "title" | "template" => self.hidden += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "ul" | "ol" => {
                self.lists.pop();
                self.line();
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" => self.paragraph(),
            "div" | "tr" | "li" | "section" | "article" | "pre" => self.line(),
            "a" => self.end_link(),
            "script" | "style" | "title" | "template" => self.hidden = self.hidden.saturating_sub(1),
            _ => {}
        }
    }

    /// Line breaks in the source count: Google keeps them next to `<br>` and shows them (compare odoo/odoo PR #115304).
    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let run = rest
                .bytes()
                .position(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xc2))
                .unwrap_or(rest.len());
            let (words, tail) = rest.split_at_checked(run).unwrap_or((rest, ""));
            self.out.push_str(words);
            let mut chars = tail.chars();
            match chars.next() {
                Some('\n') => self.line_if_text(),
                Some(' ' | '\t' | '\u{a0}') if self.out.is_empty() || self.out.ends_with([' ', '\n']) => {}
                Some(' ' | '\t' | '\u{a0}') => self.out.push(' '),
                Some('\r') | None => {}
                Some(c) => self.out.push(c),
            }
            rest = chars.as_str();
        }
    }

    /// A line break between tags is layout of the source, not of the text.
    fn line_if_text(&mut self) {
        let fresh = self.out.is_empty() || self.out.ends_with('\n');
        if !fresh || (self.lists.is_empty() && !self.out.is_empty()) {
            self.out.push('\n');
        }
    }

    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn paragraph(&mut self) {
        self.line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn item(&mut self) {
        self.line();
        for _ in 1..self.lists.len() {
            self.out.push_str("  ");
        }
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.out.push_str(&format!("{number}. "));
                *number += 1;
            }
            Some(None) | None => self.out.push_str("• "),
        }
    }

    fn cell(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(['\n', ' ']) {
            self.out.push(' ');
        }
    }

    fn end_link(&mut self) {
        let Some((start, href)) = self.link.take() else { return };
        let shown = self.out.get(start..).unwrap_or_default().trim();
        let bare = href.strip_prefix("mailto:").or_else(|| href.strip_prefix("tel:")).unwrap_or(&href);
        if shown.is_empty() {
            self.out.push_str(bare);
        } else if shown != bare && shown != href && shown.trim_end_matches('/') != href.trim_end_matches('/')
        {
            self.out.push_str(" (");
            self.out.push_str(bare);
            self.out.push(')');
        }
    }
}

/// Where a link leads, when that is a place people go to; `javascript:` and the like are dropped.
fn target(rest: &str) -> Option<String> {
    let href = html::attribute(rest, "href")?.trim().to_owned();
    let scheme = href.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase())?;
    matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel").then_some(href)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F5: lists, links and line breaks kept.
    #[test]
    fn html_becomes_readable_text() {
        let table = [
            ("plain text", "plain text"),
            ("R&D <3 you", "R&D <3 you"),
            ("a &amp; b&nbsp;c", "a & b c"),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("one\ntwo", "one\ntwo"),
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("<b>bold</b> and <i>thin</i>", "bold and thin"),
            ("Agenda:<ul><li>first</li><li>second</li></ul>end", "Agenda:\n• first\n• second\nend"),
            ("<ol>\n<li>first</li>\n<li>second</li>\n</ol>", "1. first\n2. second"),
            ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "• a\n  • b\n• c"),
            ("see <a href=\"https://example.com/x\">the offer</a>", "see the offer (https://example.com/x)"),
            ("<a href=\"https://example.com/\">https://example.com</a>", "https://example.com"),
            ("<a href=\"mailto:ana@example.com\">Ana</a>", "Ana (ana@example.com)"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ];
        for (html, expected) in table {
            assert_eq!(readable(html), expected, "{html}");
        }
    }

    /// F5: parsed, never trusted.
    #[test]
    fn hostile_html_is_only_text() {
        let table = [
            ("<script>alert(1)</script>hello", "hello"),
            ("<style>p{}</style>hello", "hello"),
            ("<a href=\"javascript:alert(1)\">click</a>", "click"),
            ("<a href=\" JavaScript:alert(1)\">click</a>", "click"),
            ("<img src=x onerror=alert(1)>", ""),
            ("<b>never closed", "never closed"),
            ("</li></ul></a>stray", "stray"),
            ("<a href=\"https://example.com\">open", "open"),
            ("a < b and c > d", "a < b and c > d"),
            ("&#0;&#x110000;&unknown;", "\u{fffd}\u{fffd}&unknown;"),
        ];
        for (html, expected) in table {
            assert_eq!(readable(html), expected, "{html}");
        }
    }

    /// K7, I21: what was made readable stays as it is.
    #[test]
    fn the_normal_form_is_stable() {
        for text in
            ["  a\r\nb  \n\n\n\nc\t\n", "• x\n  • y", "a\u{a0}\nb", "\n\n", "e\u{301}x", "\u{a0}\u{feff}x"]
        {
            let once = normal(text);
            assert_eq!(normal(&once), once);
        }
        assert_eq!(normal("  a\r\nb  \n\n\n\nc\t\n"), "a\nb\n\nc");
    }

    /// What the quick look calls normal is what the slow way makes of it.
    #[test]
    fn the_quick_look_is_right() {
        let pieces = ["a", " ", "\n", "\t", "\r", "\u{a0}", "\u{feff}", "\u{2003}", "\u{3000}", "é"];
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            texts = texts.iter().flat_map(|text| pieces.map(|piece| format!("{text}{piece}"))).collect();
            for text in &texts {
                assert!(!is_normal(text) || unified(text) == *text, "{text:?}");
                let words: Vec<&str> = text
                    .split(|c: char| c.is_whitespace() || c == '\u{feff}')
                    .filter(|word| !word.is_empty())
                    .collect();
                assert_eq!(one_line(text), words.join(" "), "{text:?}");
            }
        }
    }

    #[test]
    fn the_conference_block_is_not_text() {
        let fence = "-::~:~::~:~:~:~:~:~:~:~:~::~:~::-";
        let text = format!(
            "Agenda\n\n{fence}\nJoin: https://meet.example.com/abc\nPlease do not edit this section.\n{fence}"
        );
        assert_eq!(readable(&text), "Agenda");
        assert_eq!(plain(&format!("{text}\n\nNotes\n\n{text}")), "Agenda\n\nNotes\n\nAgenda");
        assert_eq!(readable(&format!("{fence} only one")), format!("{fence} only one"));
    }

    /// F1: cut at a character boundary with an ellipsis.
    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(cut("日本語日本語".into(), 4), "日本語…");
        assert_eq!(cut("short".into(), 5), "short");
        assert_eq!(cut("ab cdef".into(), 4), "ab…");
    }
}
