//! What Google changes in a description on saving, and its limits of text.

/// The line with which Google fences its own conference block.
const FENCE: &str = "-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-";
/// Descriptions are kept up to this many characters.
pub(crate) const LONGEST_DESCRIPTION: usize = 8192;

/// A conference block as Google's own pages put it into descriptions.
pub(crate) fn meet_block(code: &str) -> String {
    format!(
        "{FENCE}\nJoin with Google Meet: https://meet.google.com/{code}\n\nLearn more about Meet at: https://support.google.com/a/users/answer/9282720\n\nPlease do not edit this section.\n{FENCE}"
    )
}

/// Removes fenced conference blocks from a description that is being written.
pub(crate) fn strip_meet_block(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((open_from, open_to)) = find_fence(rest) {
        let Some(after) = rest.get(open_to..) else { break };
        let Some((_, close_to)) = find_fence(after) else { break };
        kept.push_str(rest.get(..open_from).unwrap_or_default());
        rest = after.get(close_to..).unwrap_or_default();
    }
    if kept.is_empty() && rest.len() == text.len() {
        return text.to_owned();
    }
    kept.push_str(rest);
    kept.trim_end().to_owned()
}

/// The byte range of the first fence: `-::`, then only `~` and `:`, then `::-`.
fn find_fence(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find("-::~") {
        let start = from + at;
        let body = text.get(start + 1..)?;
        let length = body.bytes().take_while(|b| matches!(b, b'~' | b':')).count();
        if length > 8 && body.as_bytes().get(length) == Some(&b'-') {
            return Some((start, start + 1 + length + 1));
        }
        from = start + 1;
    }
    None
}

/// At most `most` characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => text.get(..at).unwrap_or(text).to_owned(),
        None => text.to_owned(),
    }
}
