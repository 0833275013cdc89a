//! Makes the npm package: the module, the JavaScript over it and its types in `pkg/`, and the archive that npm would
//! publish. `pkg.json` is the source of its manifest, `js/PACKAGE.md` of its README.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::build;
use crate::notices;
use crate::process::Shell;
use crate::project::{LONG, OUT_NAME, Project, QUICK};
use crate::setup;

/// The folders of `pkg/` that this makes, from nothing each time.
const MADE: &[&str] = &["chunks", "docs", "hosts", "lib", "types"];

/// Set-up, the module, and the package. Says where the archive is.
pub(crate) fn everything(shell: &Shell, project: &Project) -> Result<PathBuf> {
    setup::for_build(shell, project)?;
    build::module(shell, project)?;
    archive(shell, project)
}

/// The archive, from the module that is in `pkg/`.
pub(crate) fn archive(shell: &Shell, project: &Project) -> Result<PathBuf> {
    let pkg = project.pkg();
    for folder in MADE {
        match std::fs::remove_dir_all(pkg.join(folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot empty pkg/{folder}"));
            }
            _ => {}
        }
    }
    shell.step("emit the types and bundle the package", || {
        shell.run(&mut project.npm(&["run", "package", "--workspace", "accord-js"]), LONG)
    })?;
    shell.step("name whose code is in it", || third_party(shell, project))?;
    shell.step("write the reference from the types", || {
        shell.run(&mut project.npm(&["run", "docs", "--workspace", "accord-docs"]), LONG)
    })?;
    std::fs::copy(project.root.join("js").join("PACKAGE.md"), pkg.join("README.md"))
        .context("cannot copy the package's README")?;
    manifest(shell, project)?;
    let folder = folder(project)?;
    shell.step("pack", || {
        let mut command = project.npm(&["pack", "./pkg", "--ignore-scripts", "--pack-destination"]);
        shell.run(command.arg(&folder), LONG)
    })?;
    let archive = folder.join(format!("accord-sync-{}.tgz", env!("CARGO_PKG_VERSION")));
    println!("{}", archive.display());
    Ok(archive)
}

/// Adds what is linked into the module to what is bundled into the scripts.
fn third_party(shell: &Shell, project: &Project) -> Result<()> {
    let file = project.pkg().join(notices::FILE);
    let bundled = std::fs::read_to_string(&file).context("the bundler named nobody")?;
    let linked = notices::of_the_module(shell, project)?;
    let text = format!("{bundled}\n\nThe module contains code of these crates:\n\n{linked}");
    std::fs::write(&file, text).context("cannot write pkg/THIRD-PARTY.txt")
}

/// Where the archive and the consumers of the tests are.
fn folder(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("package");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Writes `pkg/package.json`.
pub(crate) fn manifest(shell: &Shell, project: &Project) -> Result<()> {
    let mut command = project.node_script("manifest.mjs");
    command.arg(&project.root).args([env!("CARGO_PKG_VERSION"), OUT_NAME]);
    shell.run(&mut command, QUICK).map(drop).context("cannot write pkg/package.json")
}
