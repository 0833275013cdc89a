//! What looks at every byte of titles, places and descriptions: all of them, in every cycle, though few are odd.

/// Whether a text certainly has neither blanks at the ends of its lines or around it, nor runs of empty lines, nor any line
/// ends and blanks but the usual ones: the usual case, found by one look at each byte. A text of which this is not said may
/// be fine all the same.
pub fn is_normal(text: &str) -> bool {
    let mut last = (b'\n', b'\n');
    for byte in text.bytes() {
        let odd = if byte.is_ascii() {
            matches!(
                (last, byte),
                (_, b'\r' | b'\t' | 0x0b | 0x0c) | ((_, b' '), b'\n') | ((b'\n', b'\n'), b'\n' | b' ')
            )
        } else {
            // U+0085, U+00A0, U+1680, U+2000 to U+200F, U+2028 to U+202F, U+205F, U+3000, U+FEFF: more than are blank.
            matches!(
                (last, byte),
                ((_, 0xc2), 0x85 | 0xa0)
                    | ((0xe1, 0x9a), _)
                    | ((0xe2, 0x80), 0x80..=0x8f | 0xa8..=0xaf)
                    | ((0xe2, 0x81), 0x9f)
                    | ((0xe3, 0x80), 0x80)
                    | ((_, 0xbb), 0xbf)
            )
        };
        if odd {
            return false;
        }
        last = (last.1, byte);
    }
    text.is_empty() || !matches!(last.1, b' ' | b'\n')
}

/// Whether a text is certainly one line of words with single spaces between them, in ASCII.
pub fn is_one_line(text: &str) -> bool {
    let mut last = b' ';
    let plain = text.bytes().all(|byte| {
        let fits = byte.is_ascii_graphic() || (byte == b' ' && last != b' ');
        last = byte;
        fits
    });
    plain && (last != b' ' || text.is_empty())
}

/// Where a text holds another one. The standard library's search for texts takes 7 KB of the module, with the panics of
/// its slices and what prints their texts.
pub fn find(text: &str, wanted: &str) -> Option<usize> {
    let (first, rest) = wanted.as_bytes().split_first()?;
    let mut at = 0;
    loop {
        let tail = text.as_bytes().get(at..)?;
        at += crate::words::position(tail, |word| crate::words::equal(word, *first), |byte| byte == *first)?;
        if text.as_bytes().get(at + 1..).is_some_and(|tail| tail.starts_with(rest)) {
            return Some(at);
        }
        at += 1;
    }
}

/// What stands before and after a text in another one: see [`find`].
pub fn split_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = text.split_at_checked(find(text, separator)?)?;
    Some((before, rest.get(separator.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Few letters, so that much is found, at every place of a word of eight bytes and across two.
        #[test]
        fn finds_what_the_standard_library_finds(text in "[a\r\né-]{0,40}", wanted in "[a\r\n-]{1,4}") {
            prop_assert_eq!(find(&text, &wanted), text.find(&wanted));
            prop_assert_eq!(split_once(&text, &wanted), text.split_once(&wanted));
        }
    }
}
