//! Stored forms of how a rollout goes through its components, of its waves, and of the services that stay up.

use super::check::StoredCheck;
use super::parts::StoredConnection;
use crate::calendar::Zone;
use crate::config::checked::{Availability, Outside, Pace, Promise, Service, Size, Spent};
use crate::plan::noun::Wave;
use patchform_sdk::ended::millis;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// What is not said is as in a plan of an earlier form: all at once.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredPace {
    #[serde(skip_serializing_if = "is_zero")]
    canary: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waves: Vec<StoredSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_failures: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "is_zero")]
    soak: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_per_zone: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_zones: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    group: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredSize {
    Number(u64),
    /// Hundredths of a percent.
    Share(u64),
}

#[derive(Serialize, Deserialize)]
pub struct StoredWave {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<usize>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    canary: bool,
}

#[derive(Serialize, Deserialize)]
pub struct StoredService<'a> {
    name: Cow<'a, str>,
    members: Cow<'a, [usize]>,
    least: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promise: Option<StoredPromise<'a>>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    order: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outside: Option<StoredOutside<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredOutside<'a> {
    probe: StoredCheck<'a>,
    at: StoredConnection<'a>,
}

#[derive(Serialize, Deserialize)]
struct StoredPromise<'a> {
    /// Millionths of a month.
    availability: u32,
    timezone: Cow<'a, str>,
    /// Milliseconds.
    spent: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    unread: u64,
}

impl<'a> From<&'a Service> for StoredService<'a> {
    fn from(service: &'a Service) -> Self {
        let (name, members) = (Cow::Borrowed(&*service.name), Cow::Borrowed(&*service.members));
        let promise = service.promise.as_ref().map(|promise| StoredPromise {
            availability: promise.availability.millionths(),
            timezone: Cow::Borrowed(promise.zone.name()),
            spent: millis(promise.spent.down),
            unread: promise.spent.unread,
        });
        let order = Cow::Borrowed(&*service.order);
        let outside = service.outside.as_ref().map(|outside| StoredOutside {
            probe: StoredCheck::from(&outside.probe),
            at: StoredConnection::from(&outside.at),
        });
        StoredService { name, members, least: service.least, promise, order, outside }
    }
}

impl TryFrom<StoredService<'_>> for Service {
    type Error = String;

    fn try_from(stored: StoredService<'_>) -> Result<Service, String> {
        let promise = |stored: StoredPromise<'_>| {
            let zone = Zone::named(&stored.timezone);
            Ok::<_, String>(Promise {
                availability: Availability::new(stored.availability)
                    .ok_or_else(|| format!("{} is no share of a month in millionths", stored.availability))?,
                zone: zone.ok_or_else(|| format!("there is no time zone {:?}", stored.timezone))?,
                spent: Spent { down: Duration::from_millis(stored.spent), unread: stored.unread },
            })
        };
        Ok(Service {
            name: stored.name.into_owned(),
            members: stored.members.into_owned(),
            least: stored.least,
            promise: stored.promise.map(promise).transpose()?,
            order: stored.order.into_owned(),
            outside: stored
                .outside
                .map(|stored| Box::new(Outside { probe: stored.probe.into(), at: stored.at.into() })),
        })
    }
}

impl From<&Pace> for StoredPace {
    fn from(pace: &Pace) -> Self {
        let size = |size: &Size| match size {
            Size::Number(n) => StoredSize::Number(*n),
            Size::Share(h) => StoredSize::Share(*h),
        };
        StoredPace {
            canary: pace.canary,
            waves: pace.waves.iter().map(size).collect(),
            max_failures: pace.max_failures,
            soak: millis(pace.soak),
            max_per_zone: Some(pace.max_per_zone),
            max_zones: pace.max_zones,
            group: pace.group,
        }
    }
}

impl From<StoredPace> for Pace {
    fn from(stored: StoredPace) -> Self {
        let size = |size| match size {
            StoredSize::Number(n) => Size::Number(n),
            StoredSize::Share(h) => Size::Share(h),
        };
        Pace {
            canary: stored.canary,
            waves: stored.waves.into_iter().map(size).collect(),
            max_failures: stored.max_failures,
            soak: Duration::from_millis(stored.soak),
            max_per_zone: stored.max_per_zone.unwrap_or(Pace::default().max_per_zone),
            max_zones: stored.max_zones,
            group: stored.group,
        }
    }
}

impl From<&Wave> for StoredWave {
    fn from(wave: &Wave) -> Self {
        StoredWave { after: wave.after, canary: wave.canary }
    }
}

impl From<StoredWave> for Wave {
    fn from(stored: StoredWave) -> Self {
        Wave { after: stored.after, canary: stored.canary }
    }
}
