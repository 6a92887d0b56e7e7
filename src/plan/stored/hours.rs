//! Stored form of the hours that a plan keeps: windows and blackouts as they were written.

use crate::calendar::{Times, Written};
use crate::config::checked::{Blackout, Window};
use crate::plan::hours::{Emergency, Hours};
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

#[derive(Default, Serialize, Deserialize)]
pub struct StoredHours<'a> {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    windows: Vec<StoredTimes<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blackouts: Vec<StoredTimes<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emergency: Option<StoredEmergency<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredEmergency<'a> {
    who: Cow<'a, str>,
    why: Cow<'a, str>,
}

/// A window, or a blackout.
#[derive(Serialize, Deserialize)]
struct StoredTimes<'a> {
    name: Cow<'a, str>,
    timezone: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "no_texts")]
    days: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "no_texts")]
    except: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "no_texts")]
    dates: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "no_texts")]
    emergency: Cow<'a, [String]>,
}

fn no_texts(texts: &[String]) -> bool {
    texts.is_empty()
}

impl StoredHours<'_> {
    /// Whether nothing is said.
    pub fn is_none(&self) -> bool {
        self.windows.is_empty() && self.blackouts.is_empty() && self.emergency.is_none()
    }

    /// The inner form.
    ///
    /// # Errors
    /// A window whose times mean nothing to this program.
    pub fn hours(self) -> Result<Hours, String> {
        let window = |stored: StoredTimes<'_>| {
            let times = stored.times()?;
            let (name, emergency) = (stored.name.into_owned(), stored.emergency.into_owned());
            Ok::<_, String>(Window { name, times, emergency })
        };
        let blackout = |stored: StoredTimes<'_>| {
            let times = stored.times()?;
            let reason = stored.reason.map(Cow::into_owned);
            let (name, emergency) = (stored.name.into_owned(), stored.emergency.into_owned());
            Ok::<_, String>(Blackout { name, times, reason, emergency })
        };
        let emergency =
            |e: StoredEmergency<'_>| Emergency { who: e.who.into_owned(), why: e.why.into_owned() };
        Ok(Hours {
            windows: self.windows.into_iter().map(window).collect::<Result<_, _>>()?,
            blackouts: self.blackouts.into_iter().map(blackout).collect::<Result<_, _>>()?,
            emergency: self.emergency.map(emergency),
        })
    }
}

impl<'a> From<&'a Hours> for StoredHours<'a> {
    fn from(hours: &'a Hours) -> Self {
        let window = |w: &'a Window| StoredTimes::of(&w.name, &w.times, None, &w.emergency);
        let blackout =
            |b: &'a Blackout| StoredTimes::of(&b.name, &b.times, b.reason.as_deref(), &b.emergency);
        let emergency =
            |e: &'a Emergency| StoredEmergency { who: Cow::Borrowed(&e.who), why: Cow::Borrowed(&e.why) };
        StoredHours {
            windows: hours.windows.iter().map(window).collect(),
            blackouts: hours.blackouts.iter().map(blackout).collect(),
            emergency: hours.emergency.as_ref().map(emergency),
        }
    }
}

impl<'a> StoredTimes<'a> {
    fn of(name: &'a str, times: &'a Times, reason: Option<&'a str>, emergency: &'a [String]) -> Self {
        let written = &times.written;
        StoredTimes {
            name: Cow::Borrowed(name),
            timezone: Cow::Borrowed(&written.timezone),
            start: written.start.as_deref().map(Cow::Borrowed),
            days: Cow::Borrowed(&written.days),
            cron: written.cron.as_deref().map(Cow::Borrowed),
            duration_ms: written.duration.map(millis),
            except: Cow::Borrowed(&written.except),
            dates: Cow::Borrowed(&written.dates),
            reason: reason.map(Cow::Borrowed),
            emergency: Cow::Borrowed(emergency),
        }
    }

    fn times(&self) -> Result<Times, String> {
        let text = |text: &Option<Cow<'_, str>>| text.as_ref().map(|t| t.to_string());
        let written = Written {
            timezone: self.timezone.to_string(),
            start: text(&self.start),
            days: self.days.to_vec(),
            cron: text(&self.cron),
            duration: self.duration_ms.map(Duration::from_millis),
            except: self.except.to_vec(),
            dates: self.dates.to_vec(),
        };
        written.read().map_err(|wrong| {
            let all: Vec<String> = wrong.into_iter().map(|w| w.what).collect();
            format!("{}: {}", self.name, all.join("; "))
        })
    }
}
