//! What brings a change into force, and how long its steps take.

use super::{Asked, EACH, Installed, TRANSACTION};
use crate::arguments::{Back, Reboot};
use patchform_sdk::ended::millis;
use patchform_sdk::message::Reload;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a reboot is expected to take, in milliseconds.
const BOOT: u64 = 60_000;
/// What a dead man's switch may take to go back.
const BACK: Duration = Duration::from_secs(120);

impl Asked<'_> {
    /// Services, or a reboot.
    ///
    /// # Errors
    /// That it takes a reboot, which the component does not allow.
    pub(super) fn reload(&self, installed: &[Installed], removed: &[(&str, &str)]) -> Result<Reload, String> {
        let kernel = self.kernel(installed, removed);
        match self.arguments.reboot {
            Reboot::Always => Ok(Reload::Reboot),
            Reboot::WhenNeeded if kernel.is_some() || !self.asking().is_empty() => Ok(Reload::Reboot),
            Reboot::Never if let Some(kernel) = kernel => Err(format!(
                "{kernel} is a kernel, which only a reboot brings into force; where the host may reboot, write `reboot = \
                 \"when_needed\"`"
            )),
            _ => Ok(self.arguments.reload()),
        }
    }

    /// What of it asks for a reboot, as far as that is known before.
    fn asking(&self) -> Vec<&str> {
        self.first("asks")
    }

    /// What a person should know of reboots that are not done.
    pub(super) fn about_reboots(&self) -> Vec<String> {
        if self.arguments.reboot != Reboot::Never {
            return Vec::new();
        }
        let waits = self.lines.iter().any(|line| line[0] == "reboot-pending");
        let asking = self.asking().join(", ");
        let asks = (!asking.is_empty())
            .then(|| format!("{asking} may ask for a reboot, which is left to you: `reboot` is \"never\""));
        waits.then(|| "the host waits for a reboot already".to_string()).into_iter().chain(asks).collect()
    }

    /// Services of old code that nothing restarts: most of them end what people do there.
    pub(super) fn left_running(&self, reload: Reload) -> Option<String> {
        let units = self.first("keeps");
        (reload != Reload::Reboot && !units.is_empty()).then(|| {
            format!("runs old code until the host reboots, and is never restarted: {}", units.join(", "))
        })
    }

    /// That it runs under a dead man's switch.
    ///
    /// # Errors
    /// That there is nothing which could go back.
    pub(super) fn switch(&self, has_way_back: bool) -> Result<Option<String>, String> {
        let Some(time) = self.arguments.confirm_within.as_deref().map(str::trim) else { return Ok(None) };
        if !has_way_back {
            return Err("its dead man's switch (`confirm_within`) has no way back to go".into());
        }
        Ok(Some(format!(
            "runs under a dead man's switch: unless it is confirmed over a new connection within {time}, the host goes back by \
             itself"
        )))
    }

    /// That it may cut off the way in, and what would guard that.
    pub(super) fn about_the_way_in(&self, installed: &[Installed], services: &[String]) -> Option<String> {
        const NAMES: [&str; 5] = ["openssh-server", "libpam", "pam", "systemd", "libnss-"];
        if !self.is_far || self.arguments.within().is_some() || self.arguments.way_back == Back::Btrfs {
            return None;
        }
        let names =
            installed.iter().map(|i| i.managed_as).filter(|name| NAMES.iter().any(|of| name.starts_with(of)));
        let units =
            services.iter().map(String::as_str).filter(|unit| ["ssh.service", "sshd.service"].contains(unit));
        let touched: Vec<&str> = names.chain(units).collect();
        (!touched.is_empty()).then(|| {
            format!(
                "touches what lets people log in ({}): with `confirm_within` the host goes back by itself where nobody gets in \
                 any more",
                touched.join(", ")
            )
        })
    }

    /// What a reboot is expected to take, in milliseconds: its deadline is longer than it is waited for.
    pub(super) fn reboot(&self) -> u64 {
        BOOT.saturating_add(millis(self.arguments.reboot_patience()) / 5)
    }

    /// What each step is expected to take, in milliseconds, when so many packages of so many bytes are installed. A step's
    /// deadline is five times that.
    pub(super) fn durations(&self, packages: usize, size: u64, reload: Reload) -> BTreeMap<String, u64> {
        let each = EACH.saturating_mul(packages as u64);
        let patch = TRANSACTION.saturating_add(each).saturating_add(millis(self.arguments.lock()) / 4);
        // The end of its dead man's switch is waited for, too.
        let switched = self.arguments.within().map_or(0, |within| millis(within.saturating_add(BACK)) / 4);
        let patch = patch.max(switched);
        let reload = match reload {
            Reload::Reboot => self.reboot(),
            _ => TRANSACTION,
        };
        [
            ("patch", patch),
            ("fetch", 2_000 + size / 5_000),
            ("snapshot", 2_000),
            ("reload", reload),
            // A host that lets nobody in is tried again.
            ("verify", 6_000),
        ]
        .map(|(step, time)| (step.to_string(), time))
        .into()
    }
}
