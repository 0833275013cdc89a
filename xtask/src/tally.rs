//! Reads the closing lines of test runners, so that one line can close them all.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Adds up the closing lines of libtest (and wasm-bindgen's runner, which prints the same), Playwright, Vitest,
    /// Node's runner and pytest in a runner's output.
    pub(crate) fn of(output: &str) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            let line = without_colours(line);
            if let Some(found) = libtest(&line)
                .or_else(|| playwright(&line))
                .or_else(|| vitest(&line))
                .or_else(|| node(&line))
                .or_else(|| pytest(&line))
            {
                tally += found;
            }
        }
        tally
    }

    fn counting(word: &str, count: u64) -> Option<Self> {
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        match word {
            // A flaky test failed first: the runner's own exit code lets it pass.
            "passed" | "pass" | "flaky" => passed = count,
            // Cancelled, interrupted: it began and never showed that it works.
            "failed" | "fail" | "error" | "errors" | "cancelled" | "interrupted" => failed = count,
            "ignored" | "skipped" | "xfailed" | "todo" | "did not run" => skipped = count,
            _ => return None,
        }
        Some(Self { passed, failed, skipped })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s`
fn libtest(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    sum(counts.split("; "))
}

/// `  12 passed (4.5s)`, `  1 failed`, `  2 did not run`: one line for each outcome.
fn playwright(line: &str) -> Option<Tally> {
    let text = line.strip_prefix("  ")?.trim_end();
    let text = text.split_once(" (").map_or(text, |(text, _)| text);
    let (count, word) = text.split_once(' ')?;
    Tally::counting(word, count.parse().ok()?)
}

/// `      Tests  1 failed | 4 passed (5)`
fn vitest(line: &str) -> Option<Tally> {
    let counts = line.trim_start().strip_prefix("Tests  ")?;
    let (counts, _) = counts.rsplit_once(" (")?;
    sum(counts.split(" | "))
}

/// `# pass 5` or `ℹ pass 5`, at the start of the line: one line for each outcome.
fn node(line: &str) -> Option<Tally> {
    let (word, count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?.split_once(' ')?;
    Tally::counting(word, count.parse().ok()?)
}

/// `=== 1 failed, 4 passed, 2 skipped in 0.52s ===`
fn pytest(line: &str) -> Option<Tally> {
    let (counts, _) = line.strip_prefix('=')?.trim_matches(['=', ' ']).rsplit_once(" in ")?;
    sum(counts.split(", "))
}

/// Sums `<count> <word>` parts; words that are no outcome (`filtered out`) count nothing.
fn sum<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Tally> {
    let mut tally = Tally::default();
    let mut any = false;
    for part in parts {
        let (count, word) = part.trim().split_once(' ')?;
        let Ok(count) = count.parse() else { continue };
        if let Some(found) = Tally::counting(word, count) {
            tally += found;
            any = true;
        }
    }
    any.then_some(tally)
}

/// Drops the escape sequences of colours (`ESC [ … m`).
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, text)| text));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(output: &str, passed: u64, failed: u64, skipped: u64) {
        assert_eq!(Tally::of(output), Tally { passed, failed, skipped }, "{output}");
    }

    #[test]
    fn cargo_closes_each_test_binary() {
        reads(
            "running 3 tests\ntest a ... ok\n\n\
             test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.00s\n\n\
             test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.50s\n",
            4,
            2,
            1,
        );
    }

    #[test]
    fn the_wasm_runner_closes_like_cargo() {
        reads("test result: ok. 2 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.02s", 2, 0, 0);
    }

    #[test]
    fn playwright_closes_with_a_line_for_each_outcome() {
        reads(
            "\n  2 failed\n    story.spec.ts:3:1 › it syncs\n  1 flaky\n  3 did not run\n  14 passed (32.1s)\n",
            15,
            2,
            3,
        );
        reads("  1 passed (1.2m)", 1, 0, 0);
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        reads(
            " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 9 passed | 2 skipped (12)\n",
            9,
            1,
            2,
        );
    }

    #[test]
    fn node_closes_in_either_form() {
        reads(
            "# tests 6\n# suites 0\n# pass 4\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n# duration_ms 30.1\n",
            4,
            1,
            1,
        );
        reads("ℹ tests 2\nℹ pass 2\nℹ fail 0\nℹ skipped 0\nℹ duration_ms 30.1\n", 2, 0, 0);
    }

    #[test]
    fn pytest_counts_errors_of_fixtures_as_failures() {
        reads("==== 1 failed, 4 passed, 2 skipped, 3 warnings, 1 error in 65.10s (0:01:05) ====\n", 4, 2, 2);
        reads("============ test session starts ============\n===== no tests ran in 0.01s =====\n", 0, 0, 0);
    }

    #[test]
    fn nested_node_suites_are_counted_once() {
        reads(
            "# Subtest: a\n    # Subtest: b\n    ok 1 - b\n    # pass 1\nok 1 - a\n# pass 1\n# fail 0\n",
            1,
            0,
            0,
        );
    }

    #[test]
    fn colours_do_not_hide_a_closing_line() {
        reads("\u{1b}[32m  3 passed\u{1b}[39m\u{1b}[2m (4.5s)\u{1b}[22m", 3, 0, 0);
        reads("\u{1b}[34mℹ pass 5\u{1b}[39m", 5, 0, 0);
    }

    #[test]
    fn other_text_is_no_closing_line() {
        reads(
            "Compiling 3 crates\ntest one ... ok\n  3 retries left\nError: 2 failed requests\n1 passed, 0 failed\n",
            0,
            0,
            0,
        );
    }

    #[test]
    fn the_closing_line_names_skipped_tests_only_when_there_are_any() {
        assert_eq!(Tally { passed: 5, failed: 0, skipped: 0 }.to_string(), "5 passed, 0 failed");
        assert_eq!(Tally { passed: 5, failed: 1, skipped: 2 }.to_string(), "5 passed, 1 failed, 2 skipped");
    }
}
