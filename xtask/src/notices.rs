//! Names whose code is in the module that ships, with their licences: the crates that are linked, and Rust's standard
//! library. What is linked is what cargo resolves for wasm, without what only runs while compiling.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::process::Shell;
use crate::project::{CRATE, Project, QUICK, WASM_TARGET};

/// The part of `cargo metadata` that is read.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    manifest_path: PathBuf,
    /// None of a crate of this workspace.
    source: Option<String>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// None of an ordinary dependency; `dev` and `build` of the others.
    kind: Option<String>,
}

/// Crates with one and the same licence text.
type ByText = BTreeMap<String, Vec<String>>;

/// The notices as text, one section for each licence text.
pub(crate) fn of_the_module(shell: &Shell, project: &Project) -> Result<String> {
    let mut command =
        project.cargo(&["metadata", "--locked", "--format-version=1", "--filter-platform", WASM_TARGET]);
    let metadata: Metadata = serde_json::from_str(&shell.read(&mut command, QUICK)?)
        .context("what cargo tells of the crates is unreadable")?;
    let mut texts = ByText::new();
    for package in linked(&metadata, CRATE)? {
        let name = format!("{} {} ({})", package.name, package.version, licence(package)?);
        let folder = package.manifest_path.parent().context("a manifest has no folder")?;
        add(&mut texts, &name, files(folder, licence(package)?)?)
            .with_context(|| format!("{name} is linked, but has no licence file"))?;
    }
    let (name, files) = standard_library(shell, project)?;
    add(&mut texts, &name, files).context("Rust's standard library came without its licences")?;
    Ok(sections(texts))
}

/// The name of the file with the notices in everything that ships.
pub(crate) const FILE: &str = "THIRD-PARTY.txt";

/// The notices of what is linked into the module and of the npm packages that a product bundles: the dependencies of its
/// workspace and the package's own.
pub(crate) fn of_a_product(shell: &Shell, project: &Project, workspaces: &[&str]) -> Result<String> {
    let mut names = BTreeSet::new();
    for workspace in workspaces {
        let manifest = project.root.join(workspace).join("package.json");
        let manifest: Manifest = serde_json::from_str(&std::fs::read_to_string(&manifest)?)
            .with_context(|| format!("cannot read {}", manifest.display()))?;
        names.extend(manifest.dependencies.into_keys());
    }
    let mut texts = ByText::new();
    for name in names {
        let folder = project.root.join("node_modules").join(&name);
        let text = std::fs::read_to_string(folder.join("package.json"))?;
        let Manifest { version, license, dependencies } = serde_json::from_str(&text)?;
        if !dependencies.is_empty() {
            bail!("{name} brings other packages along, whose notices nobody gathers");
        }
        let label = format!("{name} {version} ({license})");
        add(&mut texts, &label, files(&folder, &license)?)
            .with_context(|| format!("{name} is bundled, but has no licence file"))?;
    }
    let (scripts, module) = (sections(texts), of_the_module(shell, project)?);
    Ok(format!(
        "The scripts contain code of these packages:\n\n{scripts}\n\nThe module contains code of these crates:\n\n{module}"
    ))
}

/// The part of an npm manifest that is read.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    version: String,
    #[serde(default)]
    license: String,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
}

/// The foreign crates that the module is linked from, by name.
fn linked<'a>(metadata: &'a Metadata, root: &str) -> Result<Vec<&'a Package>> {
    let package = |id: &str| metadata.packages.iter().find(|package| package.id == id);
    let root = metadata.packages.iter().find(|package| package.name == root && package.source.is_none());
    let mut waiting = vec![root.context("cargo does not know this project's crate")?];
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(next) = waiting.pop() {
        let runs_at_compile_time =
            next.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "proc-macro"));
        if runs_at_compile_time || !seen.insert(next.id.as_str()) {
            continue;
        }
        if next.source.is_some() {
            found.push(next);
        }
        let node = metadata.resolve.nodes.iter().find(|node| node.id == next.id);
        for dependency in &node.context("cargo resolved nothing for a crate")?.deps {
            if dependency.dep_kinds.iter().any(|kind| kind.kind.is_none()) {
                waiting
                    .push(package(&dependency.pkg).context("cargo names a crate that it does not describe")?);
            }
        }
    }
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(found)
}

fn licence(package: &Package) -> Result<&str> {
    match &package.license {
        Some(licence) => Ok(licence),
        None => bail!("{} {} names no licence", package.name, package.version),
    }
}

/// The licence files of a folder. Where MIT is one of several to choose from, it is chosen: the shortest that asks for no more
/// than its own text.
fn files(folder: &Path, licence: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && ["license", "licence", "notice"].iter().any(|start| name.starts_with(start)) {
            found.push(path);
        }
    }
    found.sort();
    let is_mit = |path: &PathBuf| path.to_string_lossy().to_lowercase().ends_with("mit");
    let is_a_choice = licence.contains(" OR ") || licence.contains('/');
    if licence.contains("MIT") && is_a_choice && !licence.contains(" AND ") {
        let chosen: Vec<_> = found.iter().filter(|path| is_mit(path)).cloned().collect();
        if !chosen.is_empty() {
            return Ok(chosen);
        }
    }
    Ok(found)
}

/// The standard library is compiled along; its licences come with the compiler.
fn standard_library(shell: &Shell, project: &Project) -> Result<(String, Vec<PathBuf>)> {
    let ask = |what: &[&str]| shell.read(project.command("rustc").args(what), QUICK);
    let folder = PathBuf::from(ask(&["--print", "sysroot"])?.trim()).join("share/doc/rust/licenses");
    let version = ask(&["--version"])?;
    let name = format!(
        "Rust's standard library and the crates in it, {} (taken under Apache-2.0, some of it WITH LLVM-exception)",
        version.trim()
    );
    let files = ["Apache-2.0.txt", "LLVM-exception.txt"].map(|name| folder.join(name));
    Ok((name, files.to_vec()))
}

fn add(texts: &mut ByText, name: &str, files: Vec<PathBuf>) -> Result<()> {
    if files.is_empty() {
        bail!("there is no such file");
    }
    for file in files {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        texts.entry(text.replace('\r', "").trim().to_owned()).or_default().push(name.to_owned());
    }
    Ok(())
}

fn sections(texts: ByText) -> String {
    let mut sections: Vec<_> = texts.into_iter().map(|(text, names)| (names, text)).collect();
    sections.sort();
    sections
        .iter()
        .map(|(names, text)| format!("{}\n\n{text}\n", names.join("\n")))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_linked_is_followed_through_ordinary_dependencies_only() {
        let package = |name: &str, source: Option<&str>, kind: &str| {
            json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT", "manifest_path": "/x/Cargo.toml",
                    "source": source, "targets": [{ "kind": [kind] }] })
        };
        let needs = |id: &str, deps: &[(&str, Option<&str>)]| {
            let deps: Vec<_> = deps
                .iter()
                .map(|(pkg, kind)| json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] }))
                .collect();
            json!({ "id": id, "deps": deps })
        };
        let metadata: Metadata = serde_json::from_value(json!({
            "packages": [
                package("ours", None, "lib"), package("bytes", None, "lib"), package("linked", Some("r"), "lib"),
                package("deep", Some("r"), "lib"), package("macros", Some("r"), "proc-macro"),
                package("parser", Some("r"), "lib"), package("tests", Some("r"), "lib"), package("builds", Some("r"), "lib"),
            ],
            "resolve": { "nodes": [
                needs("ours", &[("bytes", None), ("linked", None), ("macros", None), ("tests", Some("dev")), ("builds", Some("build"))]),
                needs("bytes", &[("deep", None)]), needs("linked", &[("deep", None)]), needs("deep", &[]),
                needs("macros", &[("parser", None)]), needs("parser", &[]), needs("tests", &[]), needs("builds", &[]),
            ] },
        }))
        .unwrap();
        let names: Vec<_> =
            linked(&metadata, "ours").unwrap().iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["deep", "linked"]);
        assert!(linked(&metadata, "theirs").is_err());
    }

    #[test]
    fn crates_with_the_same_text_share_a_section() {
        let texts = ByText::from([
            ("text of one".to_owned(), vec!["b 1".to_owned(), "c 1".to_owned()]),
            ("another".to_owned(), vec!["a 1".to_owned()]),
        ]);
        assert_eq!(sections(texts), "a 1\n\nanother\n\n\nb 1\nc 1\n\ntext of one\n");
    }

    #[test]
    fn a_crate_without_a_licence_file_is_told() {
        assert!(add(&mut ByText::new(), "a 1", Vec::new()).is_err());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(files(folder, "MIT").unwrap(), Vec::<PathBuf>::new());
    }
}
