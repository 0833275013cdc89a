//! Builds the Zoho CRM widget: bundled by Vite with the engine inside, validated and packed by Zoho's own toolkit, and the
//! zip read again, for the toolkit leaves out what it does not like and still says success.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::build;
use crate::notices;
use crate::process::Shell;
use crate::project::{LONG, Project, QUICK};
use crate::setup;

/// The name of the folder, which Zoho's toolkit makes the name of the zip.
const NAME: &str = "accord-widget";

/// What the toolkit prints when a project follows its rules; its exit code says nothing.
const VALID: &str = "Validation Rules passed successfully";

/// The module, and the widget as a zip to be uploaded to the CRM.
pub(crate) fn run(shell: &Shell, project: &Project) -> Result<()> {
    setup::for_build(shell, project)?;
    build::module(shell, project)?;
    pack(shell, project)?;
    println!("the widget is {}", zip(project).display());
    Ok(())
}

/// The widget, from the module that is there.
pub(crate) fn pack(shell: &Shell, project: &Project) -> Result<()> {
    shell.step("bundle the widget", || {
        shell.run(&mut project.npm(&["run", "widget", "--workspace", "accord-js"]), LONG)
    })?;
    let folder = folder(project);
    let manifest = project.root.join("js/widget/plugin-manifest.json");
    std::fs::copy(manifest, folder.join("plugin-manifest.json"))
        .context("cannot copy the widget's manifest")?;
    std::fs::write(folder.join("app").join(notices::FILE), notices::of_a_product(shell, project, &["js"])?)
        .context("cannot write the notices of others' code")?;
    let validated = shell.step("validate and pack it with Zoho's toolkit", || {
        let validated = shell.read(&mut toolkit(project, "validate"), QUICK)?;
        shell.read(&mut toolkit(project, "pack"), QUICK)?;
        Ok(validated)
    })?;
    ensure!(validated.contains(VALID), "Zoho's toolkit says: {}", validated.trim());
    let packed = folder.join("dist").join(format!("{NAME}.zip"));
    std::fs::copy(&packed, zip(project)).with_context(|| format!("there is no {}", packed.display()))?;
    shell.step("check the zip against what was built", || {
        let mut command = project.node_script("widget-zip.mjs");
        shell.run(command.arg(zip(project)).arg(folder.join("app")), QUICK)
    })?;
    Ok(())
}

fn toolkit(project: &Project, verb: &str) -> Command {
    let mut command = project.command("node");
    command.arg(project.root.join("node_modules/zoho-extension-toolkit/index.js")).arg(verb);
    command.current_dir(folder(project));
    command
}

fn folder(project: &Project) -> PathBuf {
    project.root.join("js/widget/dist").join(NAME)
}

fn zip(project: &Project) -> PathBuf {
    project.root.join("js/widget/dist").join(format!("{NAME}.zip"))
}
