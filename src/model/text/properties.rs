//! Properties of the normal form of text (I21), over what people and editors type: blanks of all kinds, line ends, tags,
//! character references, conference blocks, and halves of them.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

/// Text made of what has a meaning somewhere on its way.
pub(crate) fn typed(pieces: usize) -> impl Strategy<Value = String> {
    // Between bars.
    const PIECES: &str = "a|Call|é|日本|😀|…|•|1. | |  |\t|\n|\n\n|\r\n|\r|\u{a0}|\u{feff}|\u{85}|\u{2003}|\u{2028}|\
        \u{3000}|\u{b}|<|>|<b>|</b>|<br>|<p>|</p>|<ul><li>|<li>|</ul>|<a href=\"https://example.com/x?a=1&b=2\">|</a>|\
        <!--|-->|<script>|</script>|</|<3|&|&amp;|&lt;|&nbsp;|&#13;|&#x41|&#39;|&copy|&general|amp;|#|;|\"|-::~:~::~|\
        ~:~::-|~|-|:";
    let piece = prop::sample::select(PIECES.split('|').collect::<Vec<_>>());
    prop::collection::vec(piece, 0..pieces).prop_map(|pieces| pieces.concat())
}

fn config() -> Config {
    Config {
        cases: 3_000,
        rng_seed: RngSeed::Fixed(0x7465_7874),
        failure_persistence: None,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// What is written to Google reads as what was meant.
    #[test]
    fn html_reads_as_its_text(source in typed(14)) {
        let text = plain(&source);
        prop_assert_eq!(readable(&html_of(&text)), text);
    }

    /// What was read from either service stays as it is.
    #[test]
    fn a_normal_form_is_its_own(source in typed(14)) {
        for text in [plain(&source), readable(&source)] {
            prop_assert_eq!(plain(&text), text);
        }
        let line = one_line(&source);
        prop_assert_eq!(one_line(&line), line);
    }

    /// What services may do to text on saving changes nothing.
    #[test]
    fn rewriting_on_saving_is_no_change(source in typed(14)) {
        let text = plain(&source);
        let windows = format!("{}\r\n", text.replace('\n', "  \r\n"));
        prop_assert_eq!(plain(&windows), text);
    }
}

proptest! {
    #![proptest_config(Config { cases: 60, ..config() })]

    /// A cut text fits, and is not cut again.
    #[test]
    fn google_can_hold_what_is_cut(source in typed(14), times in 1_usize..400) {
        let text = within_google(plain(&source.repeat(times)));
        prop_assert!(html_of(&text).chars().count() <= GOOGLE_DESCRIPTION);
        prop_assert_eq!(within_google(text.clone()), text.clone());
        prop_assert_eq!(readable(&html_of(&text)), text);
    }
}

/// Only what would be read as something else is escaped: people see this text where HTML is not rendered.
#[test]
fn little_is_escaped() {
    let table = [
        ("R&D <3 you, a < b && b > c", "R&D <3 you, a < b && b > c"),
        ("Q&A; AT&T", "Q&amp;A; AT&T"),
        ("<b> is bold", "&lt;b> is bold"),
        ("</ul> and <!-- and <?", "&lt;/ul> and &lt;!-- and &lt;?"),
        ("&amp; and &#39; and &copy 2026", "&amp;amp; and &amp;#39; and &amp;copy 2026"),
        ("one\n  two", "one\n  two"),
    ];
    for (text, html) in table {
        assert_eq!(html_of(text), html);
    }
}
