//! Static files: the page that talks to the sandbox, from the same origin.

use std::path::{Component, Path, PathBuf};

use crate::http::{Response, decode};

/// What a page may load: only its own origin, and WebAssembly.
pub(crate) const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

pub(crate) fn answer(root: Option<&Path>, method: &str, path: &str) -> Response {
    if method != "GET" && method != "HEAD" {
        return Response::text(405, "text/plain; charset=utf-8", "files are only read here");
    }
    let Some(root) = root else {
        return Response::text(
            404,
            "text/plain; charset=utf-8",
            "no static files are served; start with --static DIR",
        );
    };
    let path = decode(path.split('?').next().unwrap_or_default());
    let Some(mut file) = inside(root, &path) else {
        return Response::text(404, "text/plain; charset=utf-8", "not found");
    };
    if file.is_dir() {
        file.push("index.html");
    }
    match std::fs::read(&file) {
        Ok(bytes) => {
            let kind = mime_guess::from_path(&file).first_or_octet_stream();
            let charset = if kind.type_() == "text" { "; charset=utf-8" } else { "" };
            Response::text(200, &format!("{}{charset}", kind.essence_str()), bytes)
        }
        Err(_) => Response::text(404, "text/plain; charset=utf-8", "not found"),
    }
}

/// The file below the root, or none when the path tries to leave it.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.trim_start_matches('/'));
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || path.contains(['\0', '\\']) {
        return None;
    }
    Some(root.join(relative))
}
