//! Makes what ships: the WebAssembly module with its JavaScript glue in `pkg/`, and the demo site in `js/dist/`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::package;
use crate::process::Shell;
use crate::project::{CRATE, LONG, OUT_NAME, Project, QUICK, WASM_TARGET};
use crate::setup;

/// How binaryen's `wasm-opt` is called. The lowest addresses are the end of the stack, which the linker puts first: telling
/// so saves 2 KB. Rust checks by itself what would trap: 1 KB. Large functions are left apart even if they have one caller, for one giant compresses worse: 2 KB after
/// brotli. Flat code without the compiler's loops, optimised anew and twice, saves 2 KB, and 1 KB after brotli; functions
/// in the order of their use have shorter numbers: 3 KB.
const WASM_OPT: &[&str] = &[
    "--low-memory-unused",
    "--ignore-implicit-traps",
    "--one-caller-inline-max-function-size=100",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--reorder-functions",
    "--strip-producers",
];

/// Half of the linker's own size: addresses of constants, which come after the stack, then take three bytes instead of
/// four. That is 1 KB. The engine needs a fraction of it.
const STACK: &str = "-Clink-arg=-zstack-size=524288";

/// Functions with more than so many bytes of locals stay apart though they have one caller: joined into giants, their code
/// compresses worse, 2 KB after brotli.
const APART: &str = "-Cllvm-args=-inline-max-stacksize=256";

/// The standard library is compiled along, for size, and a panic ends the module at once: 20 KB, and 6 KB after brotli.
/// Nothing is lost by that, for a panic has nobody in the module to tell its sentence to; JavaScript sees the trap either
/// way. Cargo calls these options unstable, so that they are asked for by name, for this pinned compiler and this one
/// command; what is tested natively and in browsers beside it is compiled without them.
const STANDARD_LIBRARY: &[&str] =
    &["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size", "-Zpanic-immediate-abort"];

/// Set-up, the module, and the demo site.
pub(crate) fn everything(shell: &Shell, project: &Project) -> Result<()> {
    setup::for_build(shell, project)?;
    module(shell, project)?;
    site(shell, project)
}

/// Builds the module that ships and shows that it runs.
pub(crate) fn module(shell: &Shell, project: &Project) -> Result<()> {
    let linked = shell.step("compile the engine (release)", || compile(shell, project))?;
    let bytes = std::fs::read(&linked).with_context(|| format!("cannot read {}", linked.display()))?;
    let stamp_file = project.scratch()?.join("module.stamp");
    let stamp = stamp(&bytes, &binaryen_manifest(project)?);
    let made_before = std::fs::read_to_string(&stamp_file).is_ok_and(|before| before == stamp);
    if !made_before || !project.wasm().exists() {
        let unoptimised = shell.step("generate the JavaScript glue", || bind(project, &linked))?;
        shell.step("optimise with wasm-opt", || optimise(shell, project, &unoptimised))?;
        refuse_local_paths(project)?;
        as_text(shell, project)?;
        std::fs::write(&stamp_file, stamp).context("cannot write the stamp")?;
    }
    package::manifest(shell, project)?;
    shell.step("run the module in Node", || {
        let mut command = project.node_script("instantiate.mjs");
        shell.run(command.arg(project.pkg()), QUICK)
    })?;
    Ok(())
}

/// The recorded types of the boundary: a change of them is a change of the contract with JavaScript.
fn types_record(project: &Project) -> PathBuf {
    project.root.join("js").join("engine.d.ts")
}

/// Compares the generated types with the recorded ones.
///
/// # Errors
/// When they differ: the change is to be read, and accepted with `cargo xtask bless`.
pub(crate) fn check_types(project: &Project) -> Result<()> {
    let made = std::fs::read_to_string(project.pkg().join(format!("{OUT_NAME}.d.ts")))?;
    let recorded = std::fs::read_to_string(types_record(project)).unwrap_or_default();
    if made != recorded {
        bail!("the types of the boundary changed: read the difference and run `cargo xtask bless`");
    }
    Ok(())
}

/// Records the generated types as they are.
pub(crate) fn bless_types(project: &Project) -> Result<()> {
    std::fs::copy(project.pkg().join(format!("{OUT_NAME}.d.ts")), types_record(project))
        .context("cannot record the types of the boundary")?;
    Ok(())
}

/// Type-checks the JavaScript and bundles the demo site.
fn site(shell: &Shell, project: &Project) -> Result<()> {
    shell.step("check the TypeScript and bundle the demo site", || {
        shell.run(&mut project.npm(&["run", "build", "--workspace", "accord-js"]), LONG)
    })?;
    Ok(())
}

fn compile(shell: &Shell, project: &Project) -> Result<PathBuf> {
    let mut command = project.cargo(&["rustc", "--release", "--lib", "--crate-type", "cdylib"]);
    command.args(["--target", WASM_TARGET, "--package", CRATE]).args(STANDARD_LIBRARY);
    command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_PROFILE_RELEASE_PANIC", "immediate-abort");
    let paths = remapped_paths(shell, project)?;
    let paths = paths.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    let flags: Vec<String> = paths.chain([STACK, APART].map(str::to_owned)).collect();
    // The encoded form separates by a unit separator, so a path may hold spaces.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")).env_remove("RUSTFLAGS");
    shell.run(&mut command, LONG)?;
    Ok(project.target.join(WASM_TARGET).join("release").join(format!("{OUT_NAME}.wasm")))
}

/// Panic messages name source files: each folder of this machine gets a neutral name.
/// The compiler takes the last match, so the more special folders come later.
fn remapped_paths(shell: &Shell, project: &Project) -> Result<Vec<(PathBuf, &'static str)>> {
    let sysroot = shell.read(project.command("rustc").args(["--print", "sysroot"]), QUICK)?;
    let cargo_home = cargo_home()?;
    let mut paths = vec![
        (cargo_home.clone(), "/cargo"),
        (PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust"), "/rust"),
        (project.root.clone(), "/accord"),
    ];
    // One folder for each registry, named after its host.
    if let Ok(entries) = std::fs::read_dir(cargo_home.join("registry").join("src")) {
        let mut registries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        registries.sort();
        paths.extend(registries.into_iter().map(|path| (path, "/crates")));
    }
    Ok(paths)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    Ok(std::env::home_dir().context("this user has no home folder")?.join(".cargo"))
}

/// What the shipped files are made from, and how: this file. The linked module itself names the version of the binding
/// generator.
fn stamp(linked: &[u8], binaryen_manifest: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    (linked, binaryen_manifest, include_str!("build.rs")).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn binaryen_manifest(project: &Project) -> Result<Vec<u8>> {
    std::fs::read(project.root.join("node_modules/binaryen/package.json"))
        .context("npm's binaryen is not installed")
}

/// Writes the glue and the type declarations to `pkg/`; the module itself goes to a scratch folder.
fn bind(project: &Project, linked: &Path) -> Result<PathBuf> {
    let folder = project.scratch()?.join("bindgen");
    Bindgen::new()
        .input_path(linked)
        .out_name(OUT_NAME)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(false)
        // After a trap `js/src/load.ts` throws the instance away.
        .reset_state_function(true)
        .remove_producers_section(true)
        .generate(&folder)
        .context("the binding generator failed")?;
    let pkg = project.pkg();
    std::fs::create_dir_all(&pkg).with_context(|| format!("cannot make {}", pkg.display()))?;
    for name in [format!("{OUT_NAME}.js"), format!("{OUT_NAME}.d.ts"), format!("{OUT_NAME}_bg.wasm.d.ts")] {
        std::fs::copy(folder.join(&name), pkg.join(&name)).with_context(|| format!("cannot copy {name}"))?;
    }
    Ok(folder.join(format!("{OUT_NAME}_bg.wasm")))
}

fn optimise(shell: &Shell, project: &Project, unoptimised: &Path) -> Result<()> {
    let mut command = project.command("node");
    command.arg(project.root.join("node_modules/binaryen/bin/wasm-opt"));
    command.args(WASM_OPT).arg(unoptimised).arg("-o").arg(project.wasm());
    shell.run(&mut command, LONG)?;
    Ok(())
}

/// The module as a script, for places that load no `.wasm` file.
fn as_text(shell: &Shell, project: &Project) -> Result<()> {
    let script = project.pkg().join(format!("{OUT_NAME}_base64.js"));
    shell.run(project.node_script("base64.mjs").arg(project.wasm()).arg(script), QUICK).map(drop)
}

/// The shipped module must not tell where it was built.
fn refuse_local_paths(project: &Project) -> Result<()> {
    let wasm = std::fs::read(project.wasm())?;
    let mut folders = vec![project.root.clone(), cargo_home()?];
    folders.extend(std::env::home_dir());
    for folder in folders {
        let folder = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
        if folder.len() > 2 && contains(&wasm, folder.as_bytes()) {
            bail!("the module names a folder of this machine: {folder}");
        }
    }
    Ok(())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_inside_the_module_is_found() {
        assert!(contains(b"\0asm..panicked at /home/someone/accord/src/lib.rs", b"/home/someone/"));
        assert!(!contains(b"\0asm..panicked at /accord/src/lib.rs", b"/home/someone/"));
    }

    #[test]
    fn the_stamp_tells_modules_apart() {
        assert_eq!(stamp(b"one", b"132"), stamp(b"one", b"132"));
        assert_ne!(stamp(b"one", b"132"), stamp(b"two", b"132"));
        assert_ne!(stamp(b"one", b"132"), stamp(b"one", b"133"));
    }
}
