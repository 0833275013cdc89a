//! A widget's connection: Zoho calls a service for a widget, with a token of its own, and hands back what the service said
//! without its status and headers (source: Zoho's widget SDK, `ZOHO.CRM.CONNECTION.invoke`).

use serde_json::{Value, json};

use crate::http::{Request, Service, encode};
use crate::switches::{ConnectionHeaders, InvokeShape};
use crate::world::World;

/// `param_type` of a call whose parameters are its body; otherwise they are the query.
const AS_BODY: u64 = 2;

impl World {
    /// Calls a service through a connection, as Ana. `call` is what the SDK posts: `url`, `method`, `param_type` and, as
    /// JSON in text, `parameters` and `headers`.
    ///
    /// # Errors
    /// A sentence, when the call is none or no answer came.
    ///
    /// ```
    /// use accord_sandbox::World;
    /// use serde_json::json;
    /// let mut world = World::new(1, 1_795_000_000_000);
    /// let call = json!({ "url": "https://www.zohoapis.eu/crm/v8/org", "method": "GET" });
    /// let answer = world.invoke_connection(&call).unwrap();
    /// assert_eq!(answer["details"]["statusMessage"]["org"][0]["time_zone"], "Europe/Paris");
    /// ```
    pub fn invoke_connection(&mut self, call: &Value) -> Result<Value, String> {
        let (service, path) = address(call["url"].as_str().unwrap_or_default())
            .ok_or("url must be a full one of www.googleapis.com or www.zohoapis.…")?;
        let method =
            call["method"].as_str().filter(|name| !name.is_empty()).ok_or("method must be an HTTP method")?;
        let parameters = text(call, "parameters")?;
        let body = call["param_type"].as_u64() == Some(AS_BODY);
        let path = if body { path } else { with_query(path, &parameters) };
        let method = method.to_ascii_uppercase();
        let mut request = match service {
            Service::Google => Request::google(&method, &path),
            Service::Zoho => Request::zoho(&method, &path),
        };
        let passes = self.switches().connection_headers == ConnectionHeaders::Pass;
        for (name, value) in text(call, "headers")?.as_object().into_iter().flatten() {
            let kind = name.eq_ignore_ascii_case("content-type");
            if let Some(value) = value.as_str().filter(|_| passes || kind) {
                request = request.header(name, value);
            }
        }
        if body {
            request.body = match &parameters {
                Value::Null => Vec::new(),
                Value::String(text) => text.clone().into_bytes(),
                parameters => parameters.to_string().into_bytes(),
            };
        }
        let answer = self.handle(&request).map_err(|_| "the service did not answer".to_owned())?;
        let said = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|_| json!(String::from_utf8_lossy(&answer.body)));
        let details = match self.switches().invoke_shape {
            InvokeShape::StatusMessage => json!({ "statusMessage": said }),
            InvokeShape::Details => said,
        };
        // A refusal of the service is a success of the call.
        Ok(
            json!({ "code": "SUCCESS", "status": "success", "message": "Connection invoked", "details": details }),
        )
    }
}

/// The service and the path that a full address leads to.
fn address(url: &str) -> Option<(Service, String)> {
    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
    let service = match host {
        "www.googleapis.com" => Service::Google,
        host if host.starts_with("www.zohoapis.") => Service::Zoho,
        _ => return None,
    };
    Some((service, format!("/{path}")))
}

/// A member that holds JSON as text; text that is no JSON stays text.
fn text(call: &Value, name: &str) -> Result<Value, String> {
    match &call[name] {
        Value::Null => Ok(Value::Null),
        Value::String(text) if text.is_empty() => Ok(Value::Null),
        Value::String(text) => Ok(serde_json::from_str(text).unwrap_or_else(|_| json!(text))),
        _ => Err(format!("{name} must be JSON in text")),
    }
}

fn with_query(path: String, parameters: &Value) -> String {
    let pairs = parameters.as_object().into_iter().flatten().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{}={}", encode(name), encode(&value))
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    match (query.is_empty(), path.contains('?')) {
        (true, _) => path,
        (false, true) => format!("{path}&{query}"),
        (false, false) => format!("{path}?{query}"),
    }
}
