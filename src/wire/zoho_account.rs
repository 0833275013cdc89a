//! What the CRM says of the account and of its module of meetings. Read once, when the sync is activated.

use super::zoho::MARK;
use crate::json::Json;
use crate::model::list::Listed;
use crate::model::profile::TextLimits;

/// A user or an organisation.
pub(crate) struct Identity {
    pub(crate) id: String,
    /// IANA name, where the answer has one.
    pub(crate) zone: Option<String>,
    pub(crate) email: Option<String>,
}

/// `users?type=CurrentUser`.
pub(crate) fn user(body: &[u8]) -> Option<Identity> {
    identity(body, "users")
}

/// `org`.
pub(crate) fn organisation(body: &[u8]) -> Option<Identity> {
    identity(body, "org")
}

fn identity(body: &[u8], list: &str) -> Option<Identity> {
    let body = Json::parse(body)?;
    let entry = body.get(list).first();
    let text = |key: &str| entry.text(key).filter(|text| !text.is_empty());
    Some(Identity { id: text("id")?, zone: text("time_zone"), email: text("email") })
}

/// The rights on a module, in the words of the CRM's profiles, that are not granted. That the flags of
/// `settings/modules/Events` are those of the calling user is the understood meaning, not a documented one; a 403 of a
/// write is the authority, and a flag that is missing counts as granted.
pub(crate) fn missing_rights(body: &[u8]) -> Option<Vec<&'static str>> {
    const RIGHTS: [(&str, &str); 5] = [
        ("api_supported", "API access"),
        ("viewable", "View"),
        ("creatable", "Create"),
        ("editable", "Edit"),
        ("deletable", "Delete"),
    ];
    let body = Json::parse(body)?;
    let module = body.get("modules").list()?.first()?;
    let granted = |flag: &str| module.get(flag).flag().unwrap_or(true);
    Some(RIGHTS.into_iter().filter(|(flag, _)| !granted(flag)).map(|(_, right)| right).listed())
}

/// The rules of the fields of meetings.
pub(crate) struct FieldRules {
    pub(crate) limits: TextLimits,
    /// Picklists that the layout demands beyond the mapping, with the value that new records get.
    pub(crate) defaults: Vec<(String, String)>,
    /// Demanded fields that nobody can fill.
    pub(crate) unfillable: Vec<String>,
    /// Whether there is a field for the id of the Google event; see [`MARK`].
    pub(crate) marks: bool,
    /// Whether `Remind_At` is one datetime.
    pub(crate) reminder_times: bool,
}

/// The fields that the mapping fills, and `Owner`, which the CRM fills itself.
const FILLED: [&str; 9] = [
    "Event_Title",
    "Start_DateTime",
    "End_DateTime",
    "All_day",
    "Venue",
    "Description",
    "Participants",
    "Remind_At",
    "Owner",
];

/// `settings/fields?module=Events`.
pub(crate) fn field_rules(body: &[u8]) -> Option<FieldRules> {
    let body = Json::parse(body)?;
    let fields = body.get("fields").list()?;
    let mut rules = FieldRules {
        limits: TextLimits::DEFAULT,
        defaults: Vec::new(),
        unfillable: Vec::new(),
        marks: false,
        reminder_times: false,
    };
    for field in fields {
        let text = |key: &str| field.get(key).str().unwrap_or_default();
        let flag = |key: &str| field.get(key).flag().unwrap_or_default();
        let name = text("api_name");
        if let Some(length) = field.get("length").number().filter(|length| *length > 0) {
            match name {
                "Event_Title" => rules.limits.title = length as usize,
                "Venue" => rules.limits.place = length as usize,
                "Description" => rules.limits.description = length as usize,
                _ => {}
            }
        }
        rules.reminder_times |= name == "Remind_At" && text("data_type") == "event_reminder";
        if name == MARK {
            rules.marks = text("data_type") == "text" && !flag("read_only") && !flag("field_read_only");
            continue;
        }
        if !flag("system_mandatory") || flag("read_only") || FILLED.contains(&name) {
            continue;
        }
        let values = field.items("pick_list_values").iter();
        let mut values = values.filter_map(|value| value.get("actual_value").str());
        match values.find(|value| *value != "-None-") {
            Some(value) if text("data_type") == "picklist" => {
                rules.defaults.push((name.to_owned(), value.to_owned()))
            }
            _ => rules.unfillable.push(name.to_owned()),
        }
    }
    Some(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn bytes(value: &Value) -> Vec<u8> {
        serde_json::to_vec(value).unwrap()
    }

    /// `Meeting_Venue__s` may be mandatory (seen in an export of January 2026): the first real value is the default.
    #[test]
    fn demanded_picklists_get_a_default_and_other_fields_are_named() {
        let picklist = |name: &str, mandatory: bool, values: &[&str]| {
            let values: Vec<_> = values.iter().map(|value| json!({ "actual_value": value })).collect();
            json!({ "api_name": name, "data_type": "picklist", "system_mandatory": mandatory, "pick_list_values": values })
        };
        let body = json!({ "fields": [
            { "api_name": "Event_Title", "data_type": "text", "system_mandatory": true, "length": 120 },
            picklist("Meeting_Venue__s", true, &["-None-", "In-office"]),
            picklist("Region", false, &["North"]),
            { "api_name": "Cost_Centre", "data_type": "text", "system_mandatory": true },
        ]});
        let rules = field_rules(&bytes(&body)).unwrap();
        assert_eq!(rules.defaults, [("Meeting_Venue__s".to_owned(), "In-office".to_owned())]);
        assert_eq!(rules.unfillable, ["Cost_Centre"]);
        assert_eq!(rules.limits, TextLimits { title: 120, ..TextLimits::DEFAULT });
    }

    /// Section 8: a missing right names itself.
    #[test]
    fn missing_rights_are_named() {
        let body = json!({ "modules": [{ "creatable": false, "viewable": true, "deletable": false }] });
        assert_eq!(missing_rights(&bytes(&body)).unwrap(), ["Create", "Delete"]);
    }

    /// `time_zone` of the user is documented in one place and absent in another sample.
    #[test]
    fn the_zone_of_the_user_may_be_absent() {
        let body = json!({ "users": [{ "id": "4000000000000000009" }] });
        let found = user(&bytes(&body)).unwrap();
        assert_eq!((found.id.as_str(), found.zone), ("4000000000000000009", None));
        assert!(user(b"{\"users\":[]}").is_none());
        assert!(organisation(b"not json").is_none());
    }
}
