//! Data centres: each has an accounts server and an API host of its own, and knows only its own tokens (reference,
//! section 9; Zoho CRM API v8, multi-dc).

use crate::switches::Dc;

/// One data centre.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Centre {
    /// `location` in the callback.
    pub(crate) location: &'static str,
    pub(crate) accounts: &'static str,
    pub(crate) api: &'static str,
}

const CENTRES: [Centre; 9] = [
    Centre { location: "us", accounts: "accounts.zoho.com", api: "www.zohoapis.com" },
    Centre { location: "eu", accounts: "accounts.zoho.eu", api: "www.zohoapis.eu" },
    Centre { location: "in", accounts: "accounts.zoho.in", api: "www.zohoapis.in" },
    Centre { location: "au", accounts: "accounts.zoho.com.au", api: "www.zohoapis.com.au" },
    Centre { location: "cn", accounts: "accounts.zoho.com.cn", api: "www.zohoapis.com.cn" },
    Centre { location: "jp", accounts: "accounts.zoho.jp", api: "www.zohoapis.jp" },
    Centre { location: "sa", accounts: "accounts.zoho.sa", api: "www.zohoapis.sa" },
    Centre { location: "ca", accounts: "accounts.zohocloud.ca", api: "www.zohoapis.ca" },
    Centre { location: "uk", accounts: "accounts.zoho.uk", api: "www.zohoapis.uk" },
];

/// The organisation's data centre; none where the sandbox stands for itself.
pub(crate) fn own(dc: Dc) -> Option<&'static Centre> {
    let location = match dc {
        Dc::Local => return None,
        Dc::Us => "us",
        Dc::Eu => "eu",
        Dc::In => "in",
        Dc::Au => "au",
        Dc::Cn => "cn",
        Dc::Jp => "jp",
        Dc::Sa => "sa",
        Dc::Ca => "ca",
        Dc::Uk => "uk",
    };
    CENTRES.iter().find(|centre| centre.location == location)
}

/// Whether a request was addressed to another data centre than the organisation's, or to the sandbox or developer
/// edition beside it, which hold other organisations. Hosts that are no data centre's, such as loopback, lead here.
pub(crate) fn is_elsewhere(dc: Dc, host: Option<&str>) -> bool {
    let (Some(own), Some(host)) = (own(dc), host) else { return false };
    let host = host.split(':').next().unwrap_or_default();
    let beside = |centre: &Centre| {
        let rest = centre.api.strip_prefix("www").unwrap_or_default();
        host.strip_suffix(rest).is_some_and(|edition| matches!(edition, "sandbox" | "developer"))
    };
    let known = CENTRES.iter().any(|centre| host == centre.accounts || host == centre.api || beside(centre));
    known && host != own.accounts && host != own.api
}
