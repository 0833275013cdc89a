//! Builds the browser extension for the stores: one folder and one zip for Chrome and Edge, one for Firefox, and the
//! sources that Firefox's reviewers ask for. Checks what the stores check, and that nothing is in it that should not be.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::build;
use crate::notices;
use crate::process::Shell;
use crate::project::{LONG, Project, QUICK};
use crate::setup;

/// What a person downloads.
const ZIP_BUDGET: u64 = 1_000_000;

/// Stands in the end-to-end build where the tests put the address of their sandbox.
const TEST_ORIGIN: &str = "http://127.0.0.1:65535";
/// The stores' builds take the registered clients from the environment; any will do for the sandbox.
const TEST_CLIENT: &str = "accord-tests";

/// Everything that the manifest may ask for, so that a permission is never added without being explained: the README of
/// the extension tells what each is for.
const PERMISSIONS: [&str; 7] = [
    "alarms",
    "declarativeNetRequestWithHostAccess",
    "identity",
    "notifications",
    "storage",
    "unlimitedStorage",
    "webRequest",
];

/// The two forms that stores take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// Chrome, Edge and their kin.
    Chrome,
    Firefox,
}

impl Target {
    const ALL: [Self; 2] = [Self::Chrome, Self::Firefox];

    fn name(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        }
    }
}

/// Builds and checks both zips.
///
/// # Errors
/// When a build fails, a zip is too large, the stores' linter has a word to say, or the manifest asks for more than it may.
pub(crate) fn run(shell: &Shell, project: &Project) -> Result<()> {
    setup::for_build(shell, project)?;
    build::module(shell, project)?;
    check_types(shell, project)?;
    published(shell, project)?;
    shell.step("archive the sources", || {
        let mut command = project.command("git");
        command
            .args(["archive", "--format=zip", "--output"])
            .arg(output(project).join("accord-sources.zip"))
            .arg("HEAD");
        shell.run(&mut command, QUICK)
    })?;
    for name in [zip_name(Target::Chrome), zip_name(Target::Firefox), "accord-sources.zip".to_owned()] {
        println!("{}", output(project).join(name).display());
    }
    Ok(())
}

/// Builds, zips and checks what is published; the module is there already.
pub(crate) fn published(shell: &Shell, project: &Project) -> Result<()> {
    let public = project.root.join("js").join("extension").join("public").join(notices::FILE);
    std::fs::write(&public, notices::of_a_product(shell, project, &["js", "js/extension"])?)
        .with_context(|| format!("cannot write {}", public.display()))?;
    for target in Target::ALL {
        shell.step(&format!("build the extension for {}", target.name()), || {
            let mut command = wxt(project, "zip", target);
            for (name, value) in [("WXT_GOOGLE_CLIENT_ID", "Google"), ("WXT_ZOHO_CLIENT_ID", "Zoho")] {
                if std::env::var_os(name).is_none() {
                    println!("{name} is not set: nobody can sign in to {value} with this build");
                }
            }
            shell.run(command.env_remove("ACCORD_SANDBOX_ORIGIN"), LONG)
        })?;
        let manifest = manifest(&output(project).join(folder_name(target)))?;
        require_permissions(&manifest)?;
        require_size(&output(project).join(zip_name(target)))?;
        let notices = output(project).join(folder_name(target)).join(notices::FILE);
        ensure!(notices.exists(), "the notices of others' code are not in what is published");
    }
    shell.step("ask the linter of Firefox's store", || lint(shell, project)).map(drop)
}

/// Builds what the end-to-end tests load: the same sources, with a sandbox in the place of all servers.
pub(crate) fn for_tests(shell: &Shell, project: &Project) -> Result<()> {
    for target in Target::ALL {
        shell.step(&format!("build the extension for the tests in {}", target.name()), || {
            let mut command = wxt(project, "build", target);
            command
                .env("ACCORD_SANDBOX_ORIGIN", TEST_ORIGIN)
                .env("WXT_GOOGLE_CLIENT_ID", TEST_CLIENT)
                .env("WXT_ZOHO_CLIENT_ID", TEST_CLIENT);
            shell.run(&mut command, LONG)
        })?;
    }
    Ok(())
}

pub(crate) fn check_types(shell: &Shell, project: &Project) -> Result<()> {
    shell.step("check the types of the extension", || {
        shell.run(&mut project.npm(&["run", "check", "--workspace", "accord-extension"]), LONG)
    })?;
    Ok(())
}

fn wxt(project: &Project, verb: &str, target: Target) -> std::process::Command {
    let mut command =
        project.npm(&["exec", "--no", "--workspace", "accord-extension", "--", "wxt", verb, "--browser"]);
    command.arg(target.name());
    command
}

fn output(project: &Project) -> PathBuf {
    project.root.join("js").join("extension").join(".output")
}

fn folder_name(target: Target) -> String {
    format!("{}-mv3", target.name())
}

fn zip_name(target: Target) -> String {
    format!("accord-{}.zip", target.name())
}

fn manifest(folder: &Path) -> Result<Value> {
    let text = std::fs::read(folder.join("manifest.json")).context("the build has no manifest")?;
    serde_json::from_slice(&text).context("the manifest is not JSON")
}

/// The linter's findings, notices included, fail the build.
fn lint(shell: &Shell, project: &Project) -> Result<()> {
    let mut command = project.npm(&[
        "exec",
        "--no",
        "--workspace",
        "accord-extension",
        "--",
        "addons-linter",
        "--output",
        "json",
    ]);
    command.arg(output(project).join(zip_name(Target::Firefox)));
    let report = shell.read(&mut command, LONG).context("the linter of Firefox's store found errors")?;
    let report: Value = serde_json::from_str(&report).context("the linter's report is not JSON")?;
    let findings = findings(&report);
    ensure!(findings.is_empty(), "the linter of Firefox's store says: {}", findings.join("; "));
    Ok(())
}

fn findings(report: &Value) -> Vec<String> {
    let of_kind = |kind: &str| report.get(kind).and_then(Value::as_array).cloned().unwrap_or_default();
    ["errors", "warnings", "notices"]
        .into_iter()
        .flat_map(of_kind)
        .map(|entry| {
            let part = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            format!("{} {} ({})", part("code"), part("message"), part("file"))
        })
        .collect()
}

fn require_permissions(manifest: &Value) -> Result<()> {
    let texts = |name: &str| -> Vec<&str> {
        manifest.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let mut asked = texts("permissions");
    asked.sort_unstable();
    ensure!(asked == PERMISSIONS, "the manifest asks for {asked:?}, and explained are {PERMISSIONS:?}");
    for host in [texts("host_permissions"), texts("optional_host_permissions")].concat() {
        ensure!(
            host.starts_with("https://") && !host.starts_with("https://*"),
            "the manifest asks for {host}, which is not one server over TLS"
        );
    }
    let policy = manifest.pointer("/content_security_policy/extension_pages").and_then(Value::as_str);
    let policy = policy.context("the manifest has no content security policy")?;
    ensure!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "the policy is too weak: {policy}"
    );
    Ok(())
}

fn require_size(zip: &Path) -> Result<()> {
    let size = std::fs::metadata(zip).with_context(|| format!("there is no {}", zip.display()))?.len();
    println!("{}: {size} bytes", zip.file_name().unwrap_or_default().to_string_lossy());
    ensure!(size <= ZIP_BUDGET, "{} has {size} bytes, more than {ZIP_BUDGET}", zip.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest_with(hosts: &[&str], permissions: &[&str]) -> Value {
        json!({
            "permissions": permissions, "host_permissions": hosts,
            "content_security_policy": { "extension_pages": "script-src 'self' 'wasm-unsafe-eval'" },
        })
    }

    #[test]
    fn a_manifest_asks_for_what_is_explained() {
        assert!(require_permissions(&manifest_with(&["https://www.googleapis.com/*"], &PERMISSIONS)).is_ok());
        assert!(require_permissions(&manifest_with(&["https://www.googleapis.com/*"], &["tabs"])).is_err());
        assert!(require_permissions(&manifest_with(&["https://*.zoho.com/*"], &PERMISSIONS)).is_err());
        assert!(require_permissions(&manifest_with(&["http://127.0.0.1/*"], &PERMISSIONS)).is_err());
    }

    #[test]
    fn every_finding_of_the_linter_counts() {
        let report = json!({
            "errors": [], "notices": [],
            "warnings": [{ "code": "UNSAFE_VAR_ASSIGNMENT", "message": "Unsafe assignment", "file": "a.js" }],
        });
        assert_eq!(findings(&report), ["UNSAFE_VAR_ASSIGNMENT Unsafe assignment (a.js)"]);
        assert!(findings(&json!({ "errors": [], "warnings": [], "notices": [] })).is_empty());
    }
}
