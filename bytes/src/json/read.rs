//! Reads JSON (RFC 8259) into a [`Json`] in one pass. Text without escapes is borrowed from the body.

use super::{Json, plain};
use std::borrow::Cow;

/// How deep lists and objects may nest: a body cannot exhaust the stack.
const DEPTH: u32 = 128;

/// The value that a text holds; none when it is not JSON, or something follows.
pub(super) fn json(text: &str) -> Option<Json<'_>> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    let first = reader.token()?;
    let value = reader.value(first, DEPTH)?;
    reader.token().is_none().then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// The next byte that is no white space.
    fn token(&mut self) -> Option<u8> {
        loop {
            match self.next() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => {}
                byte => return byte,
            }
        }
    }

    fn value(&mut self, first: u8, depth: u32) -> Option<Json<'a>> {
        match first {
            b'"' => Some(Json::Text(self.string()?)),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b't' => self.word("rue", Json::Flag(true)),
            b'f' => self.word("alse", Json::Flag(false)),
            b'n' => self.word("ull", Json::Null),
            _ => self.number(first),
        }
    }

    fn object(&mut self, depth: u32) -> Option<Json<'a>> {
        // Growing a list of fields costs more than the places that stay empty until the answer is read.
        let mut fields = Vec::with_capacity(8);
        let mut token = self.token()?;
        while token != b'}' || !fields.is_empty() {
            if token != b'"' {
                return None;
            }
            let name = self.string()?;
            if self.token()? != b':' {
                return None;
            }
            let first = self.token()?;
            fields.push((name, self.value(first, depth)?));
            match self.token()? {
                b',' => token = self.token()?,
                b'}' => break,
                _ => return None,
            }
        }
        Some(Json::Object(fields))
    }

    fn list(&mut self, depth: u32) -> Option<Json<'a>> {
        let mut items = Vec::new();
        let mut token = self.token()?;
        while token != b']' || !items.is_empty() {
            items.push(self.value(token, depth)?);
            match self.token()? {
                b',' => token = self.token()?,
                b']' => break,
                _ => return None,
            }
        }
        Some(Json::List(items))
    }

    fn word(&mut self, rest: &str, value: Json<'a>) -> Option<Json<'a>> {
        let end = self.at + rest.len();
        let found = self.text.get(self.at..end)? == rest;
        self.at = end;
        found.then_some(value)
    }

    /// A string whose opening quote was read.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let plain = self.plain()?;
        if self.next()? == b'"' {
            return Some(Cow::Borrowed(plain));
        }
        self.at -= 1;
        let mut text = plain.to_owned();
        loop {
            match self.next()? {
                b'"' => return Some(Cow::Owned(text)),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
            text.push_str(self.plain()?);
        }
    }

    /// What comes before the next quote, escape or control character.
    fn plain(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at += plain(self.bytes.get(start..)?);
        self.text.get(start..self.at)
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(),
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            _ => return None,
        })
    }

    /// The character of `\uXXXX`, or of two of them. Half a pair, which JavaScript's strings may hold, stands for no
    /// character: one such title must not make a whole page unreadable.
    fn unicode(&mut self) -> Option<char> {
        let unit = self.unit()?;
        let low = matches!(unit, 0xd800..0xdc00) && self.text.get(self.at..)?.starts_with("\\u");
        if low {
            let before = self.at;
            self.at += 2;
            if let found @ 0xdc00..0xe000 = self.unit()? {
                return char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (found - 0xdc00));
            }
            self.at = before;
        }
        Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + char::from(self.next()?).to_digit(16)?;
        }
        Some(unit)
    }

    fn number(&mut self, first: u8) -> Option<Json<'a>> {
        let negative = first == b'-';
        let first = if negative { self.next()? } else { first };
        if !first.is_ascii_digit() {
            return None;
        }
        let mut whole = u64::from(first - b'0');
        let mut digit = if first == b'0' { None } else { self.digit() };
        // The next digit must fit even when it is a 9: tested so, for a checked multiplication takes 128 bits.
        while let Some(next) = digit.filter(|_| whole <= (u64::MAX - 9) / 10) {
            whole = whole * 10 + u64::from(next);
            digit = self.digit();
        }
        let last = digit.and_then(|next| whole.checked_mul(10)?.checked_add(next.into()));
        if let Some(longer) = last {
            whole = longer;
            digit = self.digit();
        }
        let mut exact = digit.is_none();
        let mut number = whole as f64;
        while let Some(next) = digit {
            number = number * 10.0 + f64::from(next);
            digit = self.digit();
        }
        let mut exponent = 0i32;
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            let start = self.at;
            while let Some(digit) = self.digit() {
                number = number * 10.0 + f64::from(digit);
                exponent -= 1;
            }
            if self.at == start {
                return None;
            }
            exact = false;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            exponent = exponent.saturating_add(self.exponent()?);
            exact = false;
        }
        Some(match 0i64.checked_sub_unsigned(whole) {
            _ if exact && !negative => Json::Number(whole),
            Some(number) if exact => Json::Negative(number),
            _ => {
                let fraction = scaled(if negative { -number } else { number }, exponent);
                Json::Fraction(Some(fraction).filter(|fraction| fraction.is_finite())?)
            }
        })
    }

    fn exponent(&mut self) -> Option<i32> {
        let negative = match self.bytes.get(self.at)? {
            sign @ (b'+' | b'-') => {
                self.at += 1;
                *sign == b'-'
            }
            _ => false,
        };
        let mut exponent = i32::from(self.digit()?);
        while let Some(digit) = self.digit() {
            exponent = exponent.saturating_mul(10).saturating_add(digit.into());
        }
        Some(if negative { -exponent } else { exponent })
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.bytes.get(self.at)?.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        self.at += 1;
        Some(digit)
    }
}

/// A number times a power of ten. Nothing that Accord reads depends on its last bit, and an exact reader of fractions
/// would take 10 KB; whole values and short fractions are exact.
fn scaled(number: f64, exponent: i32) -> f64 {
    let mut factor = 1.0;
    for _ in 0..exponent.unsigned_abs().min(400) {
        factor *= 10.0;
    }
    if exponent < 0 { number / factor } else { number * factor }
}
