//! Switches: one for every fact about the vendors that nobody could establish. The first value is the default, the
//! one that is harder for a client; a client is right only if it works under every value.
//!
//! Numbers such as "17.1" name the row in the reference pages for Google (section 17) and Zoho (section 15).

use serde_json::{Map, Value};

/// What one switch is: for listing and for admin calls.
#[derive(Clone, Copy, Debug)]
pub struct SwitchInfo {
    /// The name used to set it.
    pub name: &'static str,
    /// Allowed values, default first.
    pub values: &'static [&'static str],
    /// One line: the open question.
    pub about: &'static str,
}

/// No such switch, or no such value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSwitch(
    /// A sentence that says what was wrong and what would be right.
    pub String,
);

impl std::fmt::Display for UnknownSwitch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownSwitch {}

macro_rules! switches {
    ($($field:ident $kind:ident $about:literal { $first:ident $first_name:literal $(, $variant:ident $variant_name:literal)* })*) => {
        $(
            #[doc = $about]
            #[allow(missing_docs)]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub enum $kind { #[default] $first $(, $variant)* }
        )*

        /// The state of every switch.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Switches {
            $( #[doc = $about] pub $field: $kind, )*
        }

        impl Switches {
            /// All switches, with their allowed values.
            pub const ALL: &'static [SwitchInfo] = &[
                $( SwitchInfo { name: stringify!($field), values: &[$first_name $(, $variant_name)*], about: $about }, )*
            ];

            /// Sets one switch by name.
            ///
            /// # Errors
            /// When the name or the value is unknown; nothing is changed then.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), UnknownSwitch> {
                match name {
                    $( stringify!($field) => {
                        self.$field = match value {
                            $first_name => $kind::$first,
                            $( $variant_name => $kind::$variant, )*
                            other => return Err(UnknownSwitch(format!(
                                "switch {name} has no value {other:?}; it has {}", [$first_name $(, $variant_name)*].join(", ")))),
                        };
                        Ok(())
                    } )*
                    other => Err(UnknownSwitch(format!("there is no switch {other:?}"))),
                }
            }

            /// The current values by name.
            pub fn to_json(&self) -> Value {
                let mut map = Map::new();
                $( map.insert(stringify!($field).to_owned(), Value::from(match self.$field {
                    $kind::$first => $first_name,
                    $( $kind::$variant => $variant_name, )*
                })); )*
                Value::Object(map)
            }
        }
    };
}

switches! {
    delta_window DeltaWindow "Google 17.1: does a delta leave out single events outside the first read's window?" { Unbounded "unbounded", Initial "initial" }
    token_ttl_days TokenTtl "Google 17.2: how many days a sync token lives." { Seven "7", Thirty "30", Never "never" }
    updated_min_days UpdatedMinDays "Google 17.2: how many days back updatedMin may reach." { Twenty "20", Thirty "30" }
    reminder_edit_bumps_etag ReminderEditBumpsEtag "Google 17.3: does an edit of reminders alone give a new etag and a row in the delta?" { True "true", False "false" }
    noop_patch_bumps_etag NoopPatchBumpsEtag "Google 17.3: does a patch without effect give a new etag and a row in the delta?" { True "true", False "false" }
    undelete Undelete "Google 17.4: may a deleted event be revived by writing status confirmed?" { Forbidden "forbidden", Ok "ok" }
    long_description LongDescription "Google 17.5: a description above 8192 characters is cut, or refused." { Truncate "truncate", Error "error" }
    repeat_filter RepeatFilter "Google 17.6: the same kind of property filter repeated means and, or or." { And "and", Or "or" }
    cors_if_match CorsIfMatch "Google 17.7: does the preflight of a web page allow If-Match and the batch endpoint?" { Deny "deny", Allow "allow" }
    sort_reminders SortReminders "Google 17.8: are reminders.overrides sorted in answers?" { Yes "yes", No "no" }
    batch_max BatchMax "Google 17.9: the most calls in one batch." { Fifty "50", Thousand "1000" }
    bad_token BadToken "Google 17.10: status for a malformed sync token." { Invalid "400", Gone "410" }
    filter_tombstones FilterTombstones "Google 17.11: does an eventTypes filter hide tombstones, which have no type?" { No "no", Yes "yes" }
    master_window MasterWindow "Google 17.12: timeMin selects a series by any instance, or by the end of its first." { AnyInstance "any_instance", MasterEnd "master_end" }
    max_results MaxResults "Google 17.14: maxResults above the maximum is refused, or clamped." { Deny "deny", Clamp "clamp" }
    get_deleted GetDeleted "Google 17.15: status of events.get for a deleted event." { Cancelled "200", NotFound "404", Gone "410" }
    ui_copy_keeps_private UiCopyKeepsPrivate "Google 17.16: does a person's copy of an event keep private extended properties?" { Yes "yes", No "no" }
    delta_tombstone DeltaTombstone "Google 17.17: tombstones in a delta without showDeleted are bare, or keep their details." { Bare "bare", Full "full" }
    token_parameters TokenParameters "Google 5.1: a sync token sent with other parameters than its first call is refused, or works." { Bound "bound", Free "free" }
    page_fill PageFill "Google 4: the page size counts rows before filtering (short and empty pages), or after." { BeforeFilter "before_filter", AfterFilter "after_filter" }
    rate_limit_status RateLimitStatus "Google 11: a minute's quota used up is answered 403, which also means a lost right, or 429." { Forbidden "403", TooMany "429" }
    unknown_parameter UnknownParameter "Google 4: a query parameter that no page documents is refused, or ignored." { Refuse "refuse", Ignore "ignore" }
    free_busy_list FreeBusyList "Google 3: events of a calendar shared as free/busy only cannot be listed, or are listed as times." { Forbidden "forbidden", BusyOnly "busy_only" }
    guest_edit GuestEdit "Google 9.5: a guest's change of shared fields is refused, or stays on the guest's copy until it is overwritten." { Refused "refused", OwnCopy "own_copy" }
    guest_answer_on_insert GuestAnswerOnInsert "Google 9.5: answers that an organiser writes for new guests are reset, or kept." { Reset "reset", Kept "kept" }
    id_and_uid IdAndUid "Google 9.1: an insert with both id and iCalUID is refused, or accepted." { Refuse "refuse", Accept "accept" }
    import_other_type ImportOtherType "Google 9.1: an import of another event type is refused, or becomes a default event." { Refuse "refuse", Default "default" }
    move_response MoveResponse "Google 6: the answer to events.move says cancelled, or shows the moved event." { Cancelled "cancelled", Moved "moved" }
    batch_conflict BatchConflict "Google 9.2: a second write to one event in a batch is a conflict, or carried out." { SameEvent "same_event", Never "never" }
    batch_order BatchOrder "Google 10: the parts of a batch's answer come in reversed order, or as they were sent." { Reversed "reversed", AsSent "as_sent" }
    allday_end AlldayEnd "Zoho 15.1: how the end of an all-day meeting is written." { Inclusive235959 "235959_inclusive", Inclusive2359 "2359", MidnightSame "midnight_same", MidnightNext "midnight_next" }
    allday_offset AlldayOffset "Zoho 15.2: dates of an all-day meeting are taken and shown in UTC, or in the user's zone." { Zero "zero", UserZone "user_zone" }
    participants_put ParticipantsPut "Zoho 15.3: a PUT of Participants replaces the list, or adds to it." { Replace "replace", Merge "merge" }
    series_put SeriesPut "Zoho 15.4: a PUT on one record of a series changes all of them, or one." { All "all", One "one" }
    ims Ims "Zoho 15.5: If-Modified-Since leaves out, or includes, records of that very second." { Exclusive "exclusive", Inclusive "inclusive" }
    restore_bumps RestoreBumps "Zoho 15.6: does restoring a record from the recycle bin move Modified_Time?" { No "no", Yes "yes" }
    external_field ExternalField "Zoho 15.8: which external-id fields Events may have: user-based and org-based ones, org-based ones only, or none." { User "user", Org "org", Unsupported "unsupported" }
    unique_on_events UniqueOnEvents "Zoho 15.8: may a custom field of Events be unique?" { No "no", Yes "yes" }
    fields_per_call FieldsPerCall "Zoho 2: the most custom fields that one POST of settings/fields creates; two pages differ." { Five "5", TwentyFive "25" }
    new_field_profiles NewFieldProfiles "Zoho 5: a custom field created with a list of profiles is hidden from the others, or open to all." { Listed "listed", All "all" }
    same_address SameAddress "Zoho 7: an insert of a contact or lead whose address another one has is refused with its id, or makes a second one." { Refused "refused", Taken "taken" }
    missing_get MissingGet "Zoho 15.7: status of GET for an unknown record id." { NoContent "204", NotFound "404", Invalid "400" }
    connection_headers ConnectionHeaders "Zoho 15.9: do headers of a widget's call, guards among them, go up through a connection?" { Drop "drop", Pass "pass" }
    notify_default NotifyDefault "Zoho 15.10: are participants mailed when $send_notification is not given?" { True "true", False "false" }
    series_records SeriesRecords "Zoho 6.1: a new meeting with Recurring_Activity becomes one record for each date, or one record." { Each "each", One "one" }
    reminder_shape ReminderShape "Zoho 1.13: Remind_At is a list of units and periods (v8), or one datetime (v2)." { Multireminder "multireminder", EventReminder "event_reminder" }
    remind_time RemindTime "Zoho 15.11: do entries of Remind_At carry a time?" { Absent "absent", Present "present" }
    dc Dc "Zoho 15.12: the data centre that token answers and callbacks name: this sandbox itself, or a real one, whose tokens other data centres refuse." { Local "local", Us "us", Eu "eu", In "in", Au "au", Cn "cn", Jp "jp", Sa "sa", Ca "ca", Uk "uk" }
    search_lag_s SearchLag "Zoho 15.13: seconds until a change can be found by search." { Thirty "30", Zero "0" }
    body_412 Body412 "Zoho 15.14: the body of ALREADY_MODIFIED on a single record: data[], or flat." { Wrapped "wrapped", Flat "flat" }
    code_429 Code429 "Zoho 15.15: the code of an answer 429." { TooMany "TOO_MANY_REQUESTS", RateLimit "RATE_LIMIT_EXCEEDED" }
    end_before_start EndBeforeStart "Zoho 15.16: the code when a meeting ends before it starts." { Dependent "DEPENDENT_MISMATCH", Invalid "INVALID_DATA" }
    venue_required VenueRequired "Zoho 15.17: is Meeting_Venue__s mandatory?" { Yes "yes", No "no" }
    user_tz UserTz "Zoho 15.18: does the current user carry time_zone?" { Absent "absent", Present "present" }
    answer_offset AnswerOffset "Zoho 15.19: datetimes come back in the user's zone, or with the offset they were written with." { UserZone "user_zone", AsWritten "as_written" }
    module_flags ModuleFlags "Zoho 15.20: do the flags of settings/modules show the calling user's rights, or the organisation's?" { Org "org", PerUser "per_user" }
    case_insensitive_write CaseInsensitiveWrite "Zoho 15.21: are field names in a write matched without regard to case?" { No "no", Yes "yes" }
    list_participants ListParticipants "Zoho 3.3: do rows of a list carry Participants (seen in models of v2)?" { Yes "yes", No "no" }
    list_truncate_description ListTruncateDescription "Zoho 15.22: is Description cut at 500 characters in lists?" { Yes "yes", No "no" }
    coql_participants CoqlParticipants "Zoho 15.22: may COQL select Participants and Remind_At?" { Reject "reject", Allow "allow" }
    permanent_ttl_days PermanentTtl "Zoho 15.23: how many days permanently deleted records stay listed." { Sixty "60", Zero "0" }
    credit_costs CreditCosts "Zoho 8: writes cost a credit for every 10 records begun, deleted lists 2, searches and custom views 3; or every call but COQL one." { Weighted "weighted", One "one" }
    failed_calls_cost FailedCallsCost "Zoho 8: are credits taken for calls that are refused after the token was accepted?" { Yes "yes", No "no" }
    record_denied RecordDenied "Zoho 4.2: the code when a record of another owner may be read but not changed." { Authorization "AUTHORIZATION_FAILED", Permission "NO_PERMISSION" }
    hidden_record HiddenRecord "Zoho 10: a record that the user may not see is answered as if it did not exist, or with 403." { Missing "missing", Forbidden "forbidden" }
    inactive_user InactiveUser "Zoho 9: the code for a token whose user was switched off or never accepted the invitation." { Token "INVALID_TOKEN", Authentication "AUTHENTICATION_FAILURE" }
    grant_code_s GrantCodeSeconds "Zoho 9: seconds until a grant code expires; the pages disagree." { Short "120", Long "180" }
    invoke_shape InvokeShape "Zoho 15.24: what a service said through a connection stands in details.statusMessage, or in details." { StatusMessage "statusMessage", Details "details" }
    text_rewrite TextRewrite "Zoho: multi-line text is rewritten on saving (CRLF line ends, trailing blanks cut), or kept." { Crlf "crlf", Kept "kept" }
}
