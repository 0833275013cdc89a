//! The bench's figures as tables: of cold starts, and of what is recorded in `ARCHITECTURE.md` with the machine named.

use anyhow::{Context as _, Result};

use crate::bench::{Case, ColdStart, InBrowser, Measured};
use crate::project::Project;

const BEGIN: &str = "<!-- bench: written by `cargo xtask bench --record` -->\n";
const END: &str = "<!-- bench: end -->\n";

/// Cold starts by browser and place.
pub(crate) fn cold_table(measured: &Measured) -> String {
    let mut text = format!("{:<44} {:>9} {:>14} {:>9}\n", "cold start, ms", "load", "first step", "total");
    for (name, ColdStart { load_ms, first_step_ms, total_ms }) in measured.browsers.iter().flat_map(places) {
        text += &format!("{name:<44} {load_ms:>9.1} {first_step_ms:>14.1} {total_ms:>9.1}\n");
    }
    text
}

fn places(browser: &InBrowser) -> [(String, &ColdStart); 2] {
    let named = |place| format!("{}, {place}", browser.name);
    [(named("window"), &browser.cold.window), (named("service worker"), &browser.cold.service_worker)]
}

/// Writes the section between the markers anew.
pub(crate) fn record(project: &Project, measured: &Measured) -> Result<()> {
    let path = project.root.join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path).context("cannot read ARCHITECTURE.md")?;
    let text = replaced(&text, &section(measured)).context("ARCHITECTURE.md has no place for the figures")?;
    std::fs::write(&path, text).context("cannot write ARCHITECTURE.md")
}

/// The text with another section between its markers; none without markers.
fn replaced(text: &str, section: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{section}{END}{after}"))
}

fn section(measured: &Measured) -> String {
    let mut text = format!("\nOn {}:\n", measured.machine);
    for browser in &measured.browsers {
        text += &format!(
            "\n| {} | engine, ms | JavaScript, ms | ratio | engine cold, ms | JavaScript cold, ms |\n|---|---|---|---|---|---|\n",
            browser.name
        );
        for case in &browser.cases {
            text += &row(case);
        }
    }
    text += "\n| cold start | fetch, compile, instantiate, ms | first step, ms | together, ms |\n|---|---|---|---|\n";
    for (name, ColdStart { load_ms, first_step_ms, total_ms }) in measured.browsers.iter().flat_map(places) {
        text += &format!("| {name} | {load_ms:.1} | {first_step_ms:.1} | {total_ms:.1} |\n");
    }
    text + "\n"
}

fn row(case: &Case) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
    format!(
        "| {} | {:.2} | {} | {} | {:.1} | {} |\n",
        case.name,
        case.engine_ms,
        shown(case.baseline_ms),
        shown(case.ratio()),
        case.cold_ms,
        case.baseline_cold_ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.1}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Measured {
        serde_json::from_str(
            r#"{"machine":"2 × a processor, linux","browsers":[{"name":"Chromium 1","cold":{
                "window":{"loadMs":8.0,"firstStepMs":1.5,"totalMs":9.5},"serviceWorker":{"loadMs":7.0,"firstStepMs":1.0,"totalMs":8.0}},
                "cases":[
                    {"name":"noop-5000","requests":{"google":1,"zoho":0},"bytes":{"up":1,"down":2},"rows":{"read":4,"written":1},
                     "engineMs":1.0,"baselineMs":2.0,"coldMs":3.0,"baselineColdMs":4.0,"heapBytes":2097152},
                    {"name":"two-way-noop","requests":{"google":1,"zoho":0},"bytes":{"up":1,"down":2},"rows":{"read":4,"written":1},
                     "engineMs":1.0,"baselineMs":null,"coldMs":3.0,"baselineColdMs":null,"heapBytes":2097152}]}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn the_record_names_machine_browser_and_ratio() {
        let text = section(&measured());
        assert!(
            text.contains("On 2 × a processor, linux:") && text.contains("| Chromium 1 | engine"),
            "{text}"
        );
        assert!(text.contains("| noop-5000 | 1.00 | 2.00 | 0.50 | 3.0 | 4.0 |"), "{text}");
        assert!(text.contains("| two-way-noop | 1.00 | – | – | 3.0 | – |"), "{text}");
        assert!(text.contains("| Chromium 1, service worker | 7.0 | 1.0 | 8.0 |"), "{text}");
        assert!(cold_table(&measured()).contains("Chromium 1, window"));
    }

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        assert_eq!(replaced(&text, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}after\n"));
        assert_eq!(replaced("no markers", "new"), None);
    }

    #[test]
    fn the_document_has_a_place_for_the_figures() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
        assert!(replaced(&std::fs::read_to_string(path).unwrap(), "").is_some());
    }
}
